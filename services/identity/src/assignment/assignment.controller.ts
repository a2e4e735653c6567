import { Controller, Delete, Get, HttpCode, Param, Put, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { LiveToken } from '../auth/token.service';
import { AdminOnly, Caller, requireSelfOrAdmin } from '../http/caller';
import { collectionView } from '../http/collection-view';
import { flagOf, one, type Query as QueryMap } from '../http/query';
import { IdentitySettings } from '../identity.settings';
import { roleView } from '../role/role.view';
import type { Place } from './assignment.repository';
import { AssignmentRepository } from './assignment.repository';
import { AssignmentService } from './assignment.service';
import { assignmentView } from './assignment.view';

/** One route for each place where roles are granted. */
const ROLES = ['projects/:project/users/:user/roles', 'domains/:domain/users/:user/roles', 'system/users/:user/roles'];
const ROLE = ROLES.map((path) => `${path}/:role`);

interface PlaceParams {
  readonly user: string;
  readonly project?: string;
  readonly domain?: string;
}
const placeOf = ({ user, project, domain }: PlaceParams): Place => ({
  userId: user,
  projectId: project ?? null,
  domainId: domain ?? null,
});

@Controller('v3')
export class AssignmentController {
  constructor(
    private readonly service: AssignmentService,
    private readonly assignments: AssignmentRepository,
    private readonly settings: IdentitySettings,
  ) {}

  @Get('role_assignments')
  async all(@Query() query: QueryMap, @Caller() caller: LiveToken, @Req() { url }: FastifyRequest): Promise<object> {
    const userId = one(query, 'user.id');
    requireSelfOrAdmin(caller, userId ?? '', 'identity:list_role_assignments');
    const found =
      one(query, 'group.id') !== undefined
        ? []
        : await this.assignments.list({
            userId,
            roleId: one(query, 'role.id'),
            projectId: one(query, 'scope.project.id'),
            domainId: one(query, 'scope.domain.id'),
            system: one(query, 'scope.system') === undefined ? undefined : true,
            effective: flagOf(query, 'effective') ?? false,
          });
    const names = flagOf(query, 'include_names') ?? false;
    const views = found.map((each) => assignmentView(this.settings.publicUrl, each, names));
    return collectionView(this.settings.publicUrl, url, 'role_assignments', views);
  }

  @AdminOnly('identity:list_grants')
  @Get(ROLES)
  async list(@Param() params: PlaceParams, @Req() { url }: FastifyRequest): Promise<object> {
    const roles = await this.service.list(placeOf(params));
    return collectionView(
      this.settings.publicUrl,
      url,
      'roles',
      roles.map((role) => roleView(this.settings.publicUrl, role)),
    );
  }

  /** Also answers HEAD, which is how clients ask. */
  @AdminOnly('identity:check_grant')
  @Get(ROLE)
  @HttpCode(204)
  async check(@Param() params: PlaceParams & { readonly role: string }): Promise<void> {
    await this.service.check(placeOf(params), params.role);
  }

  @AdminOnly('identity:create_grant')
  @Put(ROLE)
  @HttpCode(204)
  async grant(@Param() params: PlaceParams & { readonly role: string }): Promise<void> {
    await this.service.grant(placeOf(params), params.role);
  }

  @AdminOnly('identity:revoke_grant')
  @Delete(ROLE)
  @HttpCode(204)
  async revoke(@Param() params: PlaceParams & { readonly role: string }): Promise<void> {
    await this.service.revoke(placeOf(params), params.role);
  }

  /** There are no groups; clients ask all the same. */
  @Get('groups')
  groups(@Req() { url }: FastifyRequest): object {
    return collectionView(this.settings.publicUrl, url, 'groups', []);
  }
}
