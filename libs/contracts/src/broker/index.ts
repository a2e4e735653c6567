export * from './access';
export * from './speaker';
