import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { LiveToken } from '../auth/token.service';
import { bodyParser, flag, name, optionalText, text } from '../http/body';
import { AdminOnly, Caller, Open, requireSelfOrAdmin } from '../http/caller';
import { collectionView } from '../http/collection-view';
import { flagOf, one, where, type Query as QueryMap } from '../http/query';
import { IdentitySettings } from '../identity.settings';
import type { User } from './user.entity';
import { UserService, type UserInput } from './user.service';

interface UserBody {
  readonly name: string;
  readonly domain_id?: string | null;
  readonly default_project_id?: string | null;
  readonly password?: string | null;
  readonly email?: string | null;
  readonly description?: string | null;
  readonly enabled?: boolean;
}
const fields = {
  name: name(),
  default_project_id: optionalText(),
  password: optionalText(4096),
  email: optionalText(),
  description: optionalText(4096),
  enabled: flag,
};
const parseCreate = bodyParser<UserBody>('user', { ...fields, domain_id: optionalText() }, ['name']);
const parseChange = bodyParser<Partial<UserBody>>('user', fields);
const parsePassword = bodyParser<{ original_password: string; password: string }>(
  'user',
  { original_password: text(4096), password: text(4096) },
  ['original_password', 'password'],
);

@Controller('v3/users')
export class UserController {
  constructor(
    private readonly users: UserService,
    private readonly settings: IdentitySettings,
  ) {}

  @AdminOnly('identity:list_users')
  @Get()
  async list(@Query() query: QueryMap, @Req() { url }: FastifyRequest): Promise<object> {
    const wanted = where({
      name: one(query, 'name'),
      domainId: one(query, 'domain_id'),
      enabled: flagOf(query, 'enabled'),
    });
    return collectionView(this.settings.publicUrl, url, 'users', (await this.users.list(wanted)).map(this.view));
  }

  @Get(':id')
  async show(@Param('id') id: string, @Caller() caller: LiveToken): Promise<object> {
    requireSelfOrAdmin(caller, id, 'identity:get_user');
    return { user: this.view(await this.users.get(id)) };
  }

  /** There are no groups; clients ask all the same. */
  @Get(':id/groups')
  groups(@Param('id') id: string, @Caller() caller: LiveToken, @Req() { url }: FastifyRequest): object {
    requireSelfOrAdmin(caller, id, 'identity:list_groups_for_user');
    return collectionView(this.settings.publicUrl, url, 'groups', []);
  }

  @AdminOnly('identity:create_user')
  @Post()
  async create(@Body() body: unknown, @Caller() caller: LiveToken): Promise<object> {
    const { domain_id: domain, ...given } = parseCreate(body);
    const domainId = domain ?? caller.names.domain?.id ?? caller.names.project?.domain.id ?? caller.user.domain.id;
    return { user: this.view(await this.users.create({ ...input(given), domainId })) };
  }

  @AdminOnly('identity:update_user')
  @Patch(':id')
  async change(@Param('id') id: string, @Body() body: unknown): Promise<object> {
    return { user: this.view(await this.users.change(id, input(parseChange(body)))) };
  }

  /** The present password is the proof: a token is not needed. */
  @Open()
  @Post(':id/password')
  @HttpCode(204)
  async password(@Param('id') id: string, @Body() body: unknown): Promise<void> {
    const given = parsePassword(body);
    await this.users.changePassword(id, given.original_password, given.password);
  }

  @AdminOnly('identity:delete_user')
  @Delete(':id')
  @HttpCode(204)
  async delete(@Param('id') id: string): Promise<void> {
    await this.users.delete(id);
  }

  private readonly view = ({ id, name: called, domainId, enabled, email, description, defaultProjectId }: User) => ({
    id,
    name: called,
    domain_id: domainId,
    enabled,
    ...(email !== null && { email }),
    ...(description !== null && { description }),
    default_project_id: defaultProjectId,
    password_expires_at: null,
    options: {},
    links: { self: `${this.settings.publicUrl}/users/${id}` },
  });
}

function input({ default_project_id: defaultProjectId, ...rest }: Partial<UserBody>): UserInput {
  return { ...rest, ...(defaultProjectId !== undefined && { defaultProjectId }) };
}
