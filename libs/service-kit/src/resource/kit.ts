import type { ResourceDefinition } from '@weft/contracts';
import type { Database } from '@weft/persistence';
import type { Policy } from '@weft/policy';
import { Guard } from './guard';
import type { ResourceService } from './resource-endpoint';
import { ResourceReader } from './resource-reader';
import type { ResourceTable } from './resource-table';
import { TagService } from './tag.service';

/** How a resource is served: how it reads, its rules, and what else can be done to it. */
export interface Served {
  readonly table: ResourceTable;
  readonly service: ResourceService;
}

/** Makes what each resource of a service needs one of. */
export class Kit {
  constructor(
    readonly database: Database,
    readonly policy: Policy,
  ) {}

  guard(definition: ResourceDefinition): Guard {
    return new Guard(this.policy, definition);
  }

  reader(table: ResourceTable): ResourceReader {
    return new ResourceReader(table, this.database, this.policy);
  }

  /** @param more actions beside the service's own */
  serve(table: ResourceTable, service: ResourceService = {}, more: ResourceService['actions'] = {}): Served {
    const all: ResourceService = {
      ...(service.beforeReading && { beforeReading: service.beforeReading.bind(service) }),
      ...(service.create && { create: service.create.bind(service) }),
      ...(service.update && { update: service.update.bind(service) }),
      ...(service.delete && { delete: service.delete.bind(service) }),
      actions: { ...service.actions, ...more },
    };
    return { table, service: all };
  }

  /** The same for a resource that has tags. */
  serveTagged(
    table: ResourceTable,
    service: ResourceService & { readonly loadTarget: TagService['load'] },
    more: ResourceService['actions'] = {},
  ): Served {
    const tags = new TagService(table, this.database, this.guard(table.definition), service.loadTarget);
    return this.serve(table, service, { ...tags.actions, ...more });
  }
}
