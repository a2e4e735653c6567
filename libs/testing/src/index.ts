/** Connectivity checker and builders for the test tiers. */
export * from './connectivity';
export * from './ping';
export * from './test-cloud';
export * from './wait-until';
