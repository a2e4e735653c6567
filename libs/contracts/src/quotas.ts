import { UNSPECIFIED, type AttributeDefinition, type Json, type ResourceDefinition } from './definition';
import { conflict } from './errors';
import { RESOURCES } from './resources';
import type { RequestContext } from './context';
import { serviceSubject } from './rpc';

/**
 * Quotas: how many objects of a resource a project may have. Each service keeps limits and usage of what it owns; the gateway asks all
 * of them and answers as one.
 */
export const quotaSubject = (service: string, operation: keyof QuotaOperations | '*'): string =>
  serviceSubject(service, 'quotas', operation);

/** Operation → request and the `body` of its reply. */
export interface QuotaOperations {
  show: { request: ProjectQuotaRequest; body: ProjectQuotas };
  list: { request: ListQuotasRequest; body: QuotaPage };
  /** Would {@link QuotaOperations.set} be refused? Changes nothing. */
  check: { request: SetQuotasRequest; body: null };
  /** Answers what was in force before. */
  set: { request: SetQuotasRequest; body: QuotaLimits };
  /** Back to the defaults. */
  reset: { request: ProjectQuotaRequest; body: QuotaReset };
}

export interface QuotaReset {
  readonly existed: boolean;
  /** The limits before; absent for a repeated request. */
  readonly before?: QuotaLimits;
}

export interface ProjectQuotaRequest {
  readonly ctx: RequestContext;
  readonly projectId: string;
}

export interface SetQuotasRequest extends ProjectQuotaRequest {
  /** Of the resources that the responding service owns. */
  readonly limits: QuotaLimits;
  /** Also below what is used. */
  readonly force: boolean;
}

export interface ListQuotasRequest {
  readonly ctx: RequestContext;
  /** Goes on after this project. */
  readonly after?: string;
}

/** Name of the resource → most that a project may have; -1: any number. */
export type QuotaLimits = Readonly<Record<string, number>>;

export interface QuotaState {
  readonly limit: number;
  readonly used: number;
  /** The limit of a project without one of its own. */
  readonly default: number;
}

export type ProjectQuotas = Readonly<Record<string, QuotaState>>;

/** Projects with limits of their own, in the order of their ids. */
export interface QuotaPage {
  readonly defaults: QuotaLimits;
  readonly projects: readonly { readonly projectId: string; readonly limits: QuotaLimits }[];
  readonly more: boolean;
}

/** One key of the answers. */
export interface Quota {
  readonly name: string;
  readonly default: number;
  /** The owning service. */
  readonly service: string;
}

/** Every quota, in the order of the answers. */
export const QUOTAS: readonly Quota[] = RESOURCES.flatMap(({ quota, service }) =>
  quota ? [{ ...quota, service }] : [],
);

/** Quotas are stored as PostgreSQL's `integer`. */
const MAX_LIMIT = 2_147_483_647;

const limit: AttributeDefinition = {
  ext: 'quotas',
  post: false,
  put: true,
  default: UNSPECIFIED,
  convert: 'convert_to_int',
  validate: { 'type:range': [-1, MAX_LIMIT] },
  visible: true,
};
const flag: AttributeDefinition = {
  ...limit,
  ext: 'quota-check-limit',
  convert: 'convert_to_boolean',
  validate: {},
  visible: false,
};

/** The body of a PUT, for its parser and for OpenAPI. Quotas are not rows of one service: the gateway's quota endpoints do the rest. */
export const quotas: ResourceDefinition = {
  member: 'quota',
  collection: 'quotas',
  path: '/quotas',
  key: { attribute: 'project_id', type: 'text' },
  ext: 'quotas',
  service: 'api-gateway',
  operations: { create: false, update: true, delete: true },
  bulk: false,
  pagination: false,
  sorting: false,
  notFound: 'TenantQuotaNotFound',
  title: 'Quota for tenant',
  attributes: { ...Object.fromEntries(QUOTAS.map(({ name }) => [name, limit])), force: flag, check_limit: flag },
};

export const overQuota = (names: readonly string[]) =>
  conflict('OverQuota', `Quota exceeded for resources: [${names.map((name) => `'${name}'`).join(', ')}].`);

/** A JSON object of values by resource, in the order of {@link QUOTAS}. */
export const byQuota = <T extends Json>(value: (name: string) => T): Record<string, T> =>
  Object.fromEntries(QUOTAS.map(({ name }) => [name, value(name)]));
