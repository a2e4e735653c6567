import { Inject, Injectable } from '@nestjs/common';
import { parseViewQuery } from '@weft/api';
import {
  type ActionRequest,
  type ResourceDefinition,
  serviceSubject,
  type ViewDefinition,
  weftFace,
} from '@weft/contracts';
import { Messaging } from '@weft/messaging';
import type { Answer } from '../http/answer';
import { DEFINITIONS } from '../resource/definitions';
import { requireKey } from '../resource/key';
import { replyBody } from '../resource/reply-body';
import type { Endpoint, EndpointSource, Exchange } from '../routing/endpoint';

/** Weft's own documents about objects of other APIs, each answered by the object's owner. */
@Injectable()
export class ViewEndpoints implements EndpointSource {
  constructor(
    private readonly messaging: Messaging,
    @Inject(DEFINITIONS) private readonly definitions: readonly ResourceDefinition[],
  ) {}

  endpoints(): readonly Endpoint[] {
    return this.definitions.flatMap((definition) =>
      (definition.views ?? []).map((view): Endpoint => ({
        face: weftFace,
        path: `${weftFace.roots[0]}${view.path}`,
        access: 'token',
        idParameter: 'id',
        methods: { GET: (exchange) => this.show(definition, view, exchange) },
      })),
    );
  }

  private async show(definition: ResourceDefinition, view: ViewDefinition, exchange: Exchange): Promise<Answer> {
    const id = requireKey(definition, exchange.params.id ?? '');
    const query = parseViewQuery(view, exchange.request.query);
    const request: ActionRequest = { ctx: exchange.ctx, id, params: {}, query };
    const subject = serviceSubject(definition.service, definition.collection, view.name);
    return { status: 200, body: replyBody(await this.messaging.requestRaw(subject, request)) };
  }
}
