import { Body, Controller, Delete, Get, Headers, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AssignmentRepository } from '../assignment/assignment.repository';
import { CatalogService, type Catalog } from '../catalog/catalog';
import { domainView } from '../domain/domain.view';
import { collectionView } from '../http/collection-view';
import { Caller, isAdmin, Open } from '../http/caller';
import { forbidden, notFound } from '../http/identity-error';
import { IdentitySettings } from '../identity.settings';
import { projectView } from '../project/project.view';
import { parseAuthRequest } from './auth-request';
import { AuthenticationService } from './authentication.service';
import { tokenBody } from './token-body';
import { TokenService, type LiveToken } from './token.service';

const SUBJECT = 'x-subject-token';

@Controller('v3/auth')
export class AuthController {
  constructor(
    private readonly authentication: AuthenticationService,
    private readonly tokens: TokenService,
    private readonly catalog: CatalogService,
    private readonly assignments: AssignmentRepository,
    private readonly settings: IdentitySettings,
  ) {}

  @Open()
  @Post('tokens')
  @HttpCode(201)
  async issue(
    @Body() body: unknown,
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { token, live } = await this.authentication.authenticate(parseAuthRequest(body));
    void reply.header(SUBJECT, token);
    return tokenBody(live, this.catalogFor(query));
  }

  /** Also answers HEAD. */
  @Get('tokens')
  async validate(
    @Caller() caller: LiveToken,
    @Headers(SUBJECT) subject: string | undefined,
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const allowExpired = 'allow_expired' in query && query.allow_expired !== '0';
    const live = await this.subject(caller, subject, allowExpired);
    void reply.header(SUBJECT, subject);
    return tokenBody(live, this.catalogFor(query));
  }

  @Delete('tokens')
  @HttpCode(204)
  async revoke(@Caller() caller: LiveToken, @Headers(SUBJECT) subject: string | undefined): Promise<void> {
    await this.tokens.revoke(subject!, await this.subject(caller, subject, false));
  }

  @Get('projects')
  async projects(@Caller() { user }: LiveToken, @Req() { url }: FastifyRequest): Promise<object> {
    const projects = await this.assignments.projectsOf(user.id);
    return collectionView(
      this.settings.publicUrl,
      url,
      'projects',
      projects.map((each) => projectView(this.settings.publicUrl, each)),
    );
  }

  @Get('domains')
  async domains(@Caller() { user }: LiveToken, @Req() { url }: FastifyRequest): Promise<object> {
    const domains = await this.assignments.domainsOf(user.id);
    return collectionView(
      this.settings.publicUrl,
      url,
      'domains',
      domains.map((each) => domainView(this.settings.publicUrl, each)),
    );
  }

  @Get('system')
  async system(@Caller() { user }: LiveToken, @Req() { url }: FastifyRequest): Promise<object> {
    const roles = await this.assignments.roles({ userId: user.id, projectId: null, domainId: null });
    return collectionView(this.settings.publicUrl, url, 'system', roles.length > 0 ? [{ all: true }] : []);
  }

  @Get('catalog')
  catalogOf(@Req() { url }: FastifyRequest): object {
    return collectionView(this.settings.publicUrl, url, 'catalog', this.catalog.catalog);
  }

  private catalogFor(query: Record<string, unknown>): Catalog | undefined {
    return 'nocatalog' in query ? undefined : this.catalog.catalog;
  }

  /** Everybody may look at and revoke his own tokens; services and administrators those of others. */
  private async subject(caller: LiveToken, subject: string | undefined, allowExpired: boolean): Promise<LiveToken> {
    const live = subject === undefined ? null : await this.tokens.read(subject, { allowExpired });
    if (!live) throw notFound('token', 'the subject token');
    const trusted = isAdmin(caller) || caller.roles.some(({ name }) => name === 'service');
    if (live.user.id !== caller.user.id && !trusted) throw forbidden('identity:validate_token');
    return live;
  }
}
