import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { LiveToken } from '../auth/token.service';
import { bodyParser, flag, name, text } from '../http/body';
import { AdminOnly, Caller, isAdmin } from '../http/caller';
import { collectionView } from '../http/collection-view';
import { forbidden } from '../http/identity-error';
import { flagOf, one, where, type Query as QueryMap } from '../http/query';
import { IdentitySettings } from '../identity.settings';
import { DomainService } from './domain.service';
import { domainView } from './domain.view';

interface DomainBody {
  readonly name: string;
  readonly description?: string;
  readonly enabled?: boolean;
}
const fields = { name: name(), description: text(4096), enabled: flag };
const parseCreate = bodyParser<DomainBody>('domain', fields, ['name']);
const parseChange = bodyParser<Partial<DomainBody>>('domain', fields);

@Controller('v3/domains')
export class DomainController {
  constructor(
    private readonly domains: DomainService,
    private readonly settings: IdentitySettings,
  ) {}

  @AdminOnly('identity:list_domains')
  @Get()
  async list(@Query() query: QueryMap, @Req() { url }: FastifyRequest): Promise<object> {
    const domains = await this.domains.list(where({ name: one(query, 'name'), enabled: flagOf(query, 'enabled') }));
    return collectionView(
      this.settings.publicUrl,
      url,
      'domains',
      domains.map((each) => domainView(this.settings.publicUrl, each)),
    );
  }

  @Get(':id')
  async show(@Param('id') id: string, @Caller() caller: LiveToken): Promise<object> {
    if (!isAdmin(caller) && caller.user.domain.id !== id) throw forbidden('identity:get_domain');
    return { domain: domainView(this.settings.publicUrl, await this.domains.get(id)) };
  }

  @AdminOnly('identity:create_domain')
  @Post()
  async create(@Body() body: unknown): Promise<object> {
    return { domain: domainView(this.settings.publicUrl, await this.domains.create(parseCreate(body))) };
  }

  @AdminOnly('identity:update_domain')
  @Patch(':id')
  async change(@Param('id') id: string, @Body() body: unknown): Promise<object> {
    return { domain: domainView(this.settings.publicUrl, await this.domains.change(id, parseChange(body))) };
  }

  @AdminOnly('identity:delete_domain')
  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string): Promise<void> {
    await this.domains.delete(id);
  }
}
