export * from './context';
export * from './definition';
export * from './errors';
export * from './facts';
export * from './feed';
export * from './reports';
export * from './rpc';
export * from './status';
