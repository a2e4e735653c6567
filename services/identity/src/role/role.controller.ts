import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { bodyParser, name, optionalText } from '../http/body';
import { AdminOnly } from '../http/caller';
import { collectionView } from '../http/collection-view';
import { notFound } from '../http/identity-error';
import { one, where, type Query as QueryMap } from '../http/query';
import { IdentitySettings } from '../identity.settings';
import type { Role } from './role.entity';
import { RoleService } from './role.service';
import { roleView } from './role.view';

interface RoleBody {
  readonly name: string;
  readonly description?: string | null;
}
const fields = { name: name(), description: optionalText(4096) };
const parseCreate = bodyParser<RoleBody>('role', fields, ['name']);
const parseChange = bodyParser<Partial<RoleBody>>('role', fields);

@Controller('v3')
export class RoleController {
  constructor(
    private readonly roles: RoleService,
    private readonly settings: IdentitySettings,
  ) {}

  @AdminOnly('identity:list_roles')
  @Get('roles')
  async list(@Query() query: QueryMap, @Req() { url }: FastifyRequest): Promise<object> {
    // Roles of domains do not exist here.
    const none = one(query, 'domain_id') !== undefined;
    const roles = none ? [] : await this.roles.list(where({ name: one(query, 'name') }));
    return collectionView(this.settings.publicUrl, url, 'roles', roles.map(this.view));
  }

  @AdminOnly('identity:get_role')
  @Get('roles/:id')
  async show(@Param('id') id: string): Promise<object> {
    return { role: this.view(await this.roles.get(id)) };
  }

  @AdminOnly('identity:create_role')
  @Post('roles')
  async create(@Body() body: unknown): Promise<object> {
    return { role: this.view(await this.roles.create(parseCreate(body))) };
  }

  @AdminOnly('identity:update_role')
  @Patch('roles/:id')
  async change(@Param('id') id: string, @Body() body: unknown): Promise<object> {
    return { role: this.view(await this.roles.change(id, parseChange(body))) };
  }

  @AdminOnly('identity:delete_role')
  @Delete('roles/:id')
  @HttpCode(204)
  async delete(@Param('id') id: string): Promise<void> {
    await this.roles.delete(id);
  }

  @AdminOnly('identity:list_role_inference_rules')
  @Get('role_inferences')
  async inferences(): Promise<object> {
    const [roles, rules] = await Promise.all([this.roles.list({}), this.roles.implications()]);
    const inferences = roles.flatMap((prior) => {
      const implied = rules.filter(({ priorId }) => priorId === prior.id).map(({ impliedId }) => impliedId);
      return implied.length > 0
        ? [{ prior_role: brief(prior), implies: roles.filter(({ id }) => implied.includes(id)).map(brief) }]
        : [];
    });
    return { role_inferences: inferences, links: { self: `${this.settings.publicUrl}/role_inferences` } };
  }

  @AdminOnly('identity:list_implied_roles')
  @Get('roles/:prior/implies')
  async implied(@Param('prior') priorId: string): Promise<object> {
    const prior = await this.roles.get(priorId);
    const rules = await this.roles.implications(priorId);
    const implied = await Promise.all(rules.map(({ impliedId }) => this.roles.get(impliedId)));
    return { role_inference: { prior_role: brief(prior), implies: implied.map(brief) } };
  }

  /** Also answers HEAD. */
  @AdminOnly('identity:get_implied_role')
  @Get('roles/:prior/implies/:implied')
  async inference(@Param('prior') priorId: string, @Param('implied') impliedId: string): Promise<object> {
    const rules = await this.roles.implications(priorId);
    if (!rules.some((rule) => rule.impliedId === impliedId)) {
      throw notFound('implied role', `${priorId} implies ${impliedId}`);
    }
    return this.inferenceOf(priorId, impliedId);
  }

  @AdminOnly('identity:create_implied_role')
  @Put('roles/:prior/implies/:implied')
  @HttpCode(201)
  async imply(@Param('prior') priorId: string, @Param('implied') impliedId: string): Promise<object> {
    await this.roles.imply(priorId, impliedId);
    return this.inferenceOf(priorId, impliedId);
  }

  @AdminOnly('identity:delete_implied_role')
  @Delete('roles/:prior/implies/:implied')
  @HttpCode(204)
  async stopImplying(@Param('prior') priorId: string, @Param('implied') impliedId: string): Promise<void> {
    await this.roles.stopImplying(priorId, impliedId);
  }

  private async inferenceOf(priorId: string, impliedId: string): Promise<object> {
    const [prior, implied] = await Promise.all([this.roles.get(priorId), this.roles.get(impliedId)]);
    return { role_inference: { prior_role: brief(prior), implies: brief(implied) } };
  }

  private readonly view = (role: Role) => roleView(this.settings.publicUrl, role);
}

const brief = ({ id, name: called }: Role) => ({ id, name: called });
