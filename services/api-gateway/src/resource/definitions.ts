/** Injection token: the resource definitions that the gateway serves, `readonly ResourceDefinition[]`. */
export const DEFINITIONS = Symbol('resource definitions');
