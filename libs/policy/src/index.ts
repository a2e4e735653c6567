export type { PartialDecision, PolicyTarget } from './check';
export * from './decisions';
export * from './policy';
export * from './policy-file';
export { DEFAULT_RULES } from './rules';
