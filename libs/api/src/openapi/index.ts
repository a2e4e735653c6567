export { openApiDocument } from './document';
export { EXAMPLES, type Example } from './examples';
