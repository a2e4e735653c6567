import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ApplicationCredentialController } from './application-credential/application-credential.controller';
import { ApplicationCredentialRepository } from './application-credential/application-credential.repository';
import { ApplicationCredentialService } from './application-credential/application-credential.service';
import { AssignmentController } from './assignment/assignment.controller';
import { AssignmentRepository } from './assignment/assignment.repository';
import { AssignmentService } from './assignment/assignment.service';
import { AuthController } from './auth/auth.controller';
import { AuthenticationService } from './auth/authentication.service';
import { PrincipalRepository } from './auth/principal.repository';
import { RevocationNotices } from './auth/revocation-notices';
import { SigningKeys } from './auth/signing-keys';
import { TokenService } from './auth/token.service';
import { TokenValidationController } from './auth/token-validation.controller';
import { BootstrapService } from './bootstrap/bootstrap.service';
import { CatalogService } from './catalog/catalog';
import { CatalogController } from './catalog/catalog.controller';
import { DiscoveryController } from './discovery/discovery.controller';
import { DomainController } from './domain/domain.controller';
import { DomainService } from './domain/domain.service';
import { AuditLog } from '@weft/service-kit';
import { CallerGuard } from './http/caller';
import { ErrorFilter } from './http/error.filter';
import { HttpSetup } from './http/http-setup';
import { IdentitySettings } from './identity.settings';
import { ProjectController } from './project/project.controller';
import { ProjectService } from './project/project.service';
import { RoleController } from './role/role.controller';
import { RoleService } from './role/role.service';
import { UserController } from './user/user.controller';
import { UserService } from './user/user.service';

@Module({
  controllers: [
    DiscoveryController,
    AuthController,
    CatalogController,
    DomainController,
    ProjectController,
    UserController,
    RoleController,
    AssignmentController,
    ApplicationCredentialController,
    TokenValidationController,
  ],
  providers: [
    IdentitySettings,
    AuditLog,
    HttpSetup,
    { provide: APP_GUARD, useClass: CallerGuard },
    { provide: APP_FILTER, useClass: ErrorFilter },
    PrincipalRepository,
    SigningKeys,
    RevocationNotices,
    TokenService,
    AuthenticationService,
    CatalogService,
    DomainService,
    ProjectService,
    UserService,
    RoleService,
    AssignmentRepository,
    AssignmentService,
    ApplicationCredentialRepository,
    ApplicationCredentialService,
    BootstrapService,
  ],
})
export class IdentityModule {}
