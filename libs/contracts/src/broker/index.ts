export * from './access';
export * from './host-match';
