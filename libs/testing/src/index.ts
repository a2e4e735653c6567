/** Connectivity checker and builders for the test tiers. */
export * from './connectivity';
export * from './keystone';
export * from './ping';
export * from './service/callers';
export * from './service/migrations';
export * from './service/schema-differences';
export * from './service/service-harness';
export * from './service/test-database';
export * from './stock/preloaded-client';
export * from './stock/stock-client';
export * from './tenant';
export * from './test-cloud';
export * from './wait-until';
