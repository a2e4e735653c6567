export * from './apply-loop';
export * from './backoff';
export * from './clock';
export * from './delta-tracker';
export * from './ordering';
export * from './owned-set';
