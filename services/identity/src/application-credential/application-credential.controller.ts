import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PrincipalRepository } from '../auth/principal.repository';
import { timeText } from '../auth/token-body';
import type { LiveToken } from '../auth/token.service';
import { bodyParser, flag, name, optionalText } from '../http/body';
import { Caller, requireSelfOrAdmin } from '../http/caller';
import { collectionView } from '../http/collection-view';
import { forbidden, notFound } from '../http/identity-error';
import { one, type Query as QueryMap } from '../http/query';
import { IdentitySettings } from '../identity.settings';
import type { ApplicationCredential } from './application-credential.entity';
import { ApplicationCredentialService, type NewCredential } from './application-credential.service';

const role = { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } }, minProperties: 1 };
const parseCreate = bodyParser<NewCredential>(
  'application_credential',
  {
    name: name(),
    secret: optionalText(4096),
    description: optionalText(4096),
    expires_at: optionalText(64),
    roles: { type: ['array', 'null'], items: role, maxItems: 64 },
    unrestricted: flag,
    access_rules: { type: ['array', 'null'] },
  },
  ['name'],
);

@Controller('v3/users/:user')
export class ApplicationCredentialController {
  constructor(
    private readonly service: ApplicationCredentialService,
    private readonly principals: PrincipalRepository,
    private readonly settings: IdentitySettings,
  ) {}

  @Get('application_credentials')
  async list(
    @Param('user') user: string,
    @Query() query: QueryMap,
    @Caller() caller: LiveToken,
    @Req() { url }: FastifyRequest,
  ): Promise<object> {
    requireSelfOrAdmin(caller, user, 'identity:list_application_credentials');
    const found = await this.service.list(user, one(query, 'name'));
    const views = await Promise.all(found.map((each) => this.view(each)));
    return collectionView(this.settings.publicUrl, url, 'application_credentials', views);
  }

  @Get('application_credentials/:id')
  async show(@Param('user') user: string, @Param('id') id: string, @Caller() caller: LiveToken): Promise<object> {
    requireSelfOrAdmin(caller, user, 'identity:get_application_credential');
    return { application_credential: await this.view(await this.service.get(user, id)) };
  }

  @Post('application_credentials')
  async create(@Param('user') user: string, @Body() body: unknown, @Caller() caller: LiveToken): Promise<object> {
    // Not even an administrator: it would act in the other's name.
    if (caller.user.id !== user) throw forbidden('identity:create_application_credential');
    const { credential, secret } = await this.service.create(caller, parseCreate(body));
    return { application_credential: { ...(await this.view(credential)), secret } };
  }

  @Delete('application_credentials/:id')
  @HttpCode(204)
  async delete(@Param('user') user: string, @Param('id') id: string, @Caller() caller: LiveToken): Promise<void> {
    requireSelfOrAdmin(caller, user, 'identity:delete_application_credential');
    await this.service.delete(caller, user, id);
  }

  /** Access rules are not supported, hence there are none. */
  @Get('access_rules')
  accessRules(@Param('user') user: string, @Caller() caller: LiveToken, @Req() { url }: FastifyRequest): object {
    requireSelfOrAdmin(caller, user, 'identity:list_access_rules');
    return collectionView(this.settings.publicUrl, url, 'access_rules', []);
  }

  @Get('access_rules/:id')
  accessRule(@Param('id') id: string): never {
    throw notFound('access rule', id);
  }

  @Delete('access_rules/:id')
  deleteAccessRule(@Param('id') id: string): never {
    throw notFound('access rule', id);
  }

  private async view(credential: ApplicationCredential): Promise<object> {
    const { id, userId, projectId, description, expiresAt, unrestricted, roleIds } = credential;
    const known = await this.principals.withImplied(roleIds);
    return {
      id,
      name: credential.name,
      description,
      project_id: projectId,
      user_id: userId,
      roles: known.filter((each) => roleIds.includes(each.id)).map((each) => ({ ...each, domain_id: null })),
      expires_at: expiresAt && timeText(expiresAt.getTime()).replace('Z', ''),
      unrestricted,
      system: null,
      access_rules: [],
      links: { self: `${this.settings.publicUrl}/users/${userId}/application_credentials/${id}` },
    };
  }
}
