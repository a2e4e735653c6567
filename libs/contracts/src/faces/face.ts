import type { ApiError } from '../errors';

/** A version of an API as its versions document lists it. */
export interface ApiVersion {
  readonly id: string;
  readonly status: 'CURRENT' | 'SUPPORTED' | 'DEPRECATED';
  /** Of its link, below the face's endpoint. */
  readonly path: string;
  /** ISO 8601, where the document gives it. */
  readonly updated?: string;
}

/** What a face needs of a resource to word an error. */
export interface ResourceWording {
  /** Error type of a missing object: `NetworkNotFound`. */
  readonly notFound: string;
  /** Word used in messages: `Network`. */
  readonly title: string;
}

/**
 * One HTTP API in front of the resources: where it is served, and the conventions in which it answers. Resources name their face; the
 * gateway derives routes, errors and versions documents from it. A further API (Octavia's, a federation path) is a further face.
 */
export interface ApiFace {
  readonly name: string;
  /** Path of its endpoint in the service catalog, where its versions document is; empty: the root of the listener. */
  readonly endpoint: string;
  /** Paths below the endpoint under which its resources are served alike. Links use the first. */
  readonly roots: readonly [string, ...string[]];
  /** Empty: it has no versions document. */
  readonly versions: readonly ApiVersion[];
  /** JSON body of a failed request. 401 has a body of its own, that of the authentication middleware. */
  errorBody(error: ApiError): object;
  /** The answer to PUT and DELETE on a collection. */
  missingId(resource: ResourceWording): ApiError;
}
