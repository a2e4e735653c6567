import { Injectable } from '@nestjs/common';
import { RevocationNotices } from '../auth/revocation-notices';
import { DomainService } from '../domain/domain.service';
import { notFound } from '../http/identity-error';
import { ProjectService } from '../project/project.service';
import type { Role } from '../role/role.entity';
import { RoleService } from '../role/role.service';
import { UserService } from '../user/user.service';
import { AssignmentRepository, type Place } from './assignment.repository';

/** Grants: a user's roles at a place. A change is felt by tokens that exist already. */
@Injectable()
export class AssignmentService {
  constructor(
    private readonly assignments: AssignmentRepository,
    private readonly users: UserService,
    private readonly projects: ProjectService,
    private readonly domains: DomainService,
    private readonly roles: RoleService,
    private readonly notices: RevocationNotices,
  ) {}

  async list(place: Place): Promise<Role[]> {
    await this.mustExist(place);
    return this.assignments.roles(place);
  }

  /** @throws Not Found */
  async check(place: Place, roleId: string): Promise<void> {
    await this.mustExist(place, roleId);
    if (!(await this.assignments.has(place, roleId))) throw notFound('role assignment with role', roleId);
  }

  async grant(place: Place, roleId: string): Promise<void> {
    await this.mustExist(place, roleId);
    await this.assignments.add(place, roleId);
    this.notices.publish({ userIds: [place.userId] });
  }

  /** @throws Not Found */
  async revoke(place: Place, roleId: string): Promise<void> {
    await this.mustExist(place, roleId);
    if (!(await this.assignments.remove(place, roleId))) throw notFound('role assignment with role', roleId);
    this.notices.publish({ userIds: [place.userId] });
  }

  private async mustExist({ userId, projectId, domainId }: Place, roleId?: string): Promise<void> {
    await this.users.get(userId);
    if (projectId !== null) await this.projects.get(projectId);
    if (domainId !== null) await this.domains.get(domainId);
    if (roleId !== undefined) await this.roles.get(roleId);
  }
}
