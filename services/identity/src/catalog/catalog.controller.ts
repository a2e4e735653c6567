import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { collectionView } from '../http/collection-view';
import { notFound } from '../http/identity-error';
import { IdentitySettings } from '../identity.settings';
import { CatalogService } from './catalog';

/** Services, endpoints and regions, to be read; they are configuration and not changed here. */
@Controller('v3')
export class CatalogController {
  constructor(
    private readonly catalog: CatalogService,
    private readonly settings: IdentitySettings,
  ) {}

  @Get('services')
  services(@Query() { type, name }: Record<string, string | undefined>, @Req() { url }: FastifyRequest): object {
    const wanted = this.allServices().filter(
      (each) => (type === undefined || each.type === type) && (name === undefined || each.name === name),
    );
    return collectionView(this.settings.publicUrl, url, 'services', wanted);
  }

  @Get('services/:id')
  service(@Param('id') id: string): object {
    return { service: found('service', id, this.allServices()) };
  }

  @Get('endpoints')
  endpoints(@Query() query: Record<string, string | undefined>, @Req() { url }: FastifyRequest): object {
    const wanted = this.allEndpoints().filter(
      (each) =>
        (query.service_id === undefined || each.service_id === query.service_id) &&
        (query.interface === undefined || each.interface === query.interface) &&
        (query.region_id === undefined || each.region_id === query.region_id),
    );
    return collectionView(this.settings.publicUrl, url, 'endpoints', wanted);
  }

  @Get('endpoints/:id')
  endpoint(@Param('id') id: string): object {
    return { endpoint: found('endpoint', id, this.allEndpoints()) };
  }

  @Get('regions')
  regions(@Req() { url }: FastifyRequest): object {
    return collectionView(this.settings.publicUrl, url, 'regions', [this.ownRegion()]);
  }

  @Get('regions/:id')
  region(@Param('id') id: string): object {
    return { region: found('region', id, [this.ownRegion()]) };
  }

  private allServices() {
    return this.catalog.catalog.map(({ id, type, name }) => ({
      id,
      type,
      name,
      description: '',
      enabled: true,
      links: { self: `${this.settings.publicUrl}/services/${id}` },
    }));
  }

  private allEndpoints() {
    return this.catalog.catalog.flatMap(({ id: serviceId, endpoints }) =>
      endpoints.map((endpoint) => ({
        ...endpoint,
        service_id: serviceId,
        enabled: true,
        links: { self: `${this.settings.publicUrl}/endpoints/${endpoint.id}` },
      })),
    );
  }

  private ownRegion() {
    const { region, publicUrl } = this.settings;
    return { id: region, description: '', parent_region_id: null, links: { self: `${publicUrl}/regions/${region}` } };
  }
}

function found<T extends { readonly id: string }>(kind: string, id: string, all: readonly T[]): T {
  const one = all.find((each) => each.id === id);
  if (!one) throw notFound(kind, id);
  return one;
}
