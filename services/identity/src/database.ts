import type { DatabaseOptions } from '@weft/persistence';
import { ApplicationCredential } from './application-credential/application-credential.entity';
import { Assignment } from './assignment/assignment.entity';
import { Revocation } from './auth/revocation.entity';
import { SigningKey } from './auth/signing-key.entity';
import { Domain } from './domain/domain.entity';
import { Initial1763600000000 } from './migrations/1763600000000-initial';
import { Project } from './project/project.entity';
import { Role, RoleImplication } from './role/role.entity';
import { User } from './user/user.entity';

/** This service's schema. */
export const identityDatabase: Omit<DatabaseOptions, 'url'> = {
  schema: 'identity',
  migrations: [Initial1763600000000],
  entities: [Domain, Project, User, Role, RoleImplication, Assignment, ApplicationCredential, Revocation, SigningKey],
};
