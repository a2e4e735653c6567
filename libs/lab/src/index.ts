/** A cloud on one machine: private PostgreSQL and NATS, namespaced hosts, instances. */
export * from './broker/broker-credentials';
export * from './broker/nats';
export * from './broker/refusals';
export * from './cloud/api-client';
export * from './cloud/credentials';
export * from './cloud/lab-cloud';
export * from './command';
export * from './daemon';
export * from './failure';
export type { Faults } from './faults';
export { HostProcess } from './host-process';
export * from './hosts';
export { labId } from './identity';
export * from './instances';
export * from './ports';
export * from './postgres';
export * from './process';
export * from './supervised';
