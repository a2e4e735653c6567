export { NodeAgent } from './agent';
export { readConfig, type AgentConfig } from './config';
export { NodeCore, type CoreConfig } from './node.core';
export { SimulatedAgent } from './simulated.agent';
export { FactStore, type FactEntry } from './state/fact.store';
export { ReportBook } from './report/report.book';
export { Reporter } from './report/reporter';
export { FeedClient, type FeedSink } from './sync/feed.client';
export type { AgentTransport } from './transport';
