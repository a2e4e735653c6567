import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IdentitySettings } from '../identity.settings';

export interface Endpoint {
  readonly id: string;
  readonly interface: 'public' | 'internal' | 'admin';
  readonly region: string;
  readonly region_id: string;
  readonly url: string;
}
export interface CatalogEntry {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
}
export type Catalog = readonly CatalogEntry[];

/** Stable ids for what has no row. */
const idOf = (...parts: string[]): string => createHash('sha256').update(parts.join('/')).digest('hex').slice(0, 32);

/** Where the services are: from configuration, the same for everybody. */
@Injectable()
export class CatalogService {
  readonly catalog: Catalog;

  constructor({ region, networkUrl, publicUrl }: IdentitySettings) {
    const entry = (type: string, name: string, url: string): CatalogEntry => ({
      id: idOf(type),
      type,
      name,
      endpoints: (['public', 'internal', 'admin'] as const).map((face) => ({
        id: idOf(type, face, region),
        interface: face,
        region,
        region_id: region,
        url,
      })),
    });
    // The network's URL has no version: clients add theirs.
    this.catalog = [entry('network', 'neutron', networkUrl), entry('identity', 'keystone', publicUrl)];
  }
}
