export { EXAMPLES, openApiDocument, type Example } from './openapi';
export { compileResource, type CompiledAttribute, type CompiledResource } from './parse/compile';
export { parseActionBody, parseParameters, type ParsedCreate } from './parse/parse-body';
export { parseViewQuery } from './parse/parse-view';
