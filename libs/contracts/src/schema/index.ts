export * from './json-schema';
export * from './feed.schema';
export * from './reports.schema';
