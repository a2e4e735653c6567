import { Inject, type FactoryProvider } from '@nestjs/common';
import { resourceName, type ResourceDefinition } from '@weft/contracts';
import { Database } from '@weft/persistence';
import { Policy } from '@weft/policy';
import { Guard } from './guard';
import { ResourceReader } from './resource-reader';
import type { ResourceTable } from './resource-table';

const guardToken = (definition: ResourceDefinition): string => `Guard(${resourceName(definition)})`;
const readerToken = (definition: ResourceDefinition): string => `ResourceReader(${resourceName(definition)})`;

/** Policy on one resource. The kit provides a guard for each resource of the service. */
export const InjectGuard = (definition: ResourceDefinition) => Inject(guardToken(definition));

/** Lists and shows one resource. Its feature module provides the reader: {@link resourceReader}. */
export const InjectReader = (definition: ResourceDefinition) => Inject(readerToken(definition));

export const guardProvider = (definition: ResourceDefinition): FactoryProvider<Guard> => ({
  provide: guardToken(definition),
  inject: [Policy],
  useFactory: (policy: Policy) => new Guard(policy, definition),
});

/** Provides the reader of a resource from the way that it stands in the service's tables. */
export const resourceReader = (table: ResourceTable): FactoryProvider<ResourceReader> =>
  resourceReaderOf(table.definition, [], () => table);

/** The same for a table that depends on other providers. */
export const resourceReaderOf = <Dependencies extends readonly unknown[]>(
  definition: ResourceDefinition,
  inject: FactoryProvider['inject'] & object,
  table: (...dependencies: Dependencies) => ResourceTable,
): FactoryProvider<ResourceReader> => ({
  provide: readerToken(definition),
  inject: [Database, Policy, ...inject],
  useFactory: (database: Database, policy: Policy, ...dependencies: unknown[]) =>
    new ResourceReader(table(...(dependencies as unknown as Dependencies)), database, policy),
});
