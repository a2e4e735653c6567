export { compileResource, type CompiledAttribute, type CompiledResource } from './compile';
export { parseActionBody, parseParameters, type ParsedCreate } from './parse-body';
export { parseViewQuery } from './parse-view';
export { pythonRepr } from './python-text';
export { isStorable, isStorableText } from './storable';
export { isUuidLike } from './validators';
export { duplicateAddressPair } from './validators/address-pairs';
