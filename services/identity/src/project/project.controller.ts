import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AssignmentRepository } from '../assignment/assignment.repository';
import type { LiveToken } from '../auth/token.service';
import { bodyParser, flag, name, optionalText } from '../http/body';
import { AdminOnly, Caller, isAdmin, requireSelfOrAdmin } from '../http/caller';
import { collectionView } from '../http/collection-view';
import { forbidden } from '../http/identity-error';
import { flagOf, one, where, type Query as QueryMap } from '../http/query';
import { IdentitySettings } from '../identity.settings';
import type { Project } from './project.entity';
import { ProjectService } from './project.service';
import { projectView } from './project.view';

interface ProjectBody {
  readonly name: string;
  readonly domain_id?: string | null;
  readonly description?: string | null;
  readonly enabled?: boolean;
}
const fields = { name: name(64), description: optionalText(4096), enabled: flag };
const parseCreate = bodyParser<ProjectBody>('project', { ...fields, domain_id: optionalText() }, ['name']);
const parseChange = bodyParser<Partial<ProjectBody>>('project', fields);

@Controller('v3')
export class ProjectController {
  constructor(
    private readonly projects: ProjectService,
    private readonly assignments: AssignmentRepository,
    private readonly settings: IdentitySettings,
  ) {}

  @AdminOnly('identity:list_projects')
  @Get('projects')
  async list(@Query() query: QueryMap, @Req() { url }: FastifyRequest): Promise<object> {
    const wanted = where({
      name: one(query, 'name'),
      domainId: one(query, 'domain_id') ?? one(query, 'parent_id'),
      enabled: flagOf(query, 'enabled'),
    });
    return this.collection(url, await this.projects.list(wanted));
  }

  @Get('users/:user/projects')
  async ofUser(
    @Param('user') user: string,
    @Caller() caller: LiveToken,
    @Req() { url }: FastifyRequest,
  ): Promise<object> {
    requireSelfOrAdmin(caller, user, 'identity:list_user_projects');
    return this.collection(url, await this.assignments.projectsOf(user));
  }

  @Get('projects/:id')
  async show(@Param('id') id: string, @Caller() caller: LiveToken): Promise<object> {
    const own = caller.names.project?.id === id;
    if (!own && !isAdmin(caller)) {
      const mine = await this.assignments.projectsOf(caller.user.id);
      if (!mine.some((each) => each.id === id)) throw forbidden('identity:get_project');
    }
    return { project: this.view(await this.projects.get(id)) };
  }

  @AdminOnly('identity:create_project')
  @Post('projects')
  async create(@Body() body: unknown, @Caller() caller: LiveToken): Promise<object> {
    const { domain_id: domain, description, ...row } = parseCreate(body);
    const domainId = domain ?? caller.names.domain?.id ?? caller.names.project?.domain.id ?? caller.user.domain.id;
    return { project: this.view(await this.projects.create({ ...row, description: description ?? '', domainId })) };
  }

  @AdminOnly('identity:update_project')
  @Patch('projects/:id')
  async change(@Param('id') id: string, @Body() body: unknown): Promise<object> {
    const { description, ...changes } = parseChange(body);
    const described = description === undefined ? {} : { description: description ?? '' };
    return { project: this.view(await this.projects.change(id, { ...changes, ...described } as Partial<Project>)) };
  }

  @AdminOnly('identity:delete_project')
  @Delete('projects/:id')
  @HttpCode(204)
  async delete(@Param('id') id: string): Promise<void> {
    await this.projects.delete(id);
  }

  private readonly view = (project: Project) => projectView(this.settings.publicUrl, project);
  private readonly collection = (url: string, projects: readonly Project[]): object =>
    collectionView(this.settings.publicUrl, url, 'projects', projects.map(this.view));
}
