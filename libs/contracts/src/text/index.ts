export { pythonRepr, pythonText } from './python-text';
export { isStorable, isStorableText } from './storable';
export { isUuidLike } from './uuid';
