import { Inject, mixin, Optional, type Type } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { type ResourceDefinition, type ResourceRequest, resourceSubject } from '@weft/contracts';
import { Database } from '@weft/persistence';
import { Policy } from '@weft/policy';
import { MessageController } from '../transport/message-controller.decorator';
import { NatsContext } from '../transport/nats-context';
import { Guard } from './guard';
import { InjectReader } from './inject';
import { ResourceEndpoint, type ResourceService } from './resource-endpoint';
import type { ResourceReader } from './resource-reader';
import { TagService } from './tag.service';

const NO_SERVICE = Symbol('a resource that is only read');

/**
 * The controller of a resource: responds to all operations on it, `svc.<service>.<collection>.*`.
 *
 * @param service its rules, a provider of the same module; absent: it is only read. One with `loadTarget` has tags.
 */
export function resourceController<D extends ResourceDefinition>(
  definition: D,
  service?: Type<ResourceService<D>> | Type<ResourceService>,
): Type {
  @MessageController()
  class ResourceController {
    private readonly endpoint: ResourceEndpoint;

    constructor(
      database: Database,
      policy: Policy,
      @InjectReader(definition) reader: ResourceReader,
      @Optional() @Inject(service ?? NO_SERVICE) rules: ResourceService = {},
    ) {
      const tags =
        rules.loadTarget && new TagService(reader.table, database, new Guard(policy, definition), rules.loadTarget);
      this.endpoint = new ResourceEndpoint(reader, rules, tags?.actions);
    }

    @MessagePattern(resourceSubject(definition, '*'))
    handle(@Payload() request: ResourceRequest, @Ctx() { operation }: NatsContext): Promise<Uint8Array> {
      return this.endpoint.handle(operation, request);
    }
  }
  return mixin(ResourceController);
}
