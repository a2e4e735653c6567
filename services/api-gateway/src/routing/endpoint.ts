import type { ApiFace, RequestContext } from '@weft/contracts';
import type { Answer } from '../http/answer';
import type { EdgeRequest } from '../http/edge-request';

/** A request whose path is known and whose client is identified. */
export interface Exchange {
  readonly request: EdgeRequest;
  readonly ctx: RequestContext;
  /** Path parameters by name, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

type Handler<Input> = (input: Input) => Answer | Promise<Answer>;
/** Method → handler; every other method is 405. HEAD arrives as GET. */
type Methods<Input> = Readonly<Partial<Record<string, Handler<Input>>>>;

interface EndpointBase {
  readonly face: ApiFace;
  /** Path template, `/v2.0/networks/{id}`: what is matched, and the route's name in metrics and spans. */
  readonly path: string;
  /** Further templates with the same parameters. */
  readonly aliases?: readonly string[];
}

/** One path of the HTTP API and what may be done with it. */
export type Endpoint =
  | (EndpointBase & { readonly access: 'public'; readonly methods: Methods<EdgeRequest> })
  | (EndpointBase & {
      readonly access: 'token';
      readonly methods: Methods<Exchange>;
      /** The path parameter that identifies the object, for the audit log. */
      readonly idParameter?: string;
    });

/** Something that contributes endpoints to the router. */
export interface EndpointSource {
  endpoints(): readonly Endpoint[];
}
