import { Injectable } from '@nestjs/common';
import { Database } from '@weft/persistence';
import { Domain } from '../domain/domain.entity';
import { Project } from '../project/project.entity';
import { Role } from '../role/role.entity';
import { Assignment } from './assignment.entity';

/** Where a user has roles: a project, a domain, or (both null) the system. */
export interface Place {
  readonly userId: string;
  readonly projectId: string | null;
  readonly domainId: string | null;
}

export interface AssignmentFilter {
  readonly userId?: string | undefined;
  readonly roleId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly domainId?: string | undefined;
  readonly system?: boolean | undefined;
  /** With the roles that are implied. */
  readonly effective: boolean;
}

/** An assignment with the names of everything in it. */
export interface NamedAssignment {
  readonly user_id: string;
  readonly user_name: string;
  readonly user_domain_id: string;
  readonly user_domain_name: string;
  readonly role_id: string;
  readonly role_name: string;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly project_domain_id: string | null;
  readonly project_domain_name: string | null;
  readonly domain_id: string | null;
  readonly domain_name: string | null;
}

const HERE = 'user_id = $1 AND project_id IS NOT DISTINCT FROM $2 AND domain_id IS NOT DISTINCT FROM $3';
const at = ({ userId, projectId, domainId }: Place) => [userId, projectId, domainId];

@Injectable()
export class AssignmentRepository {
  constructor(private readonly database: Database) {}

  roles(place: Place): Promise<Role[]> {
    return this.database.query<Role>(
      `SELECT r.id, r.name, r.description FROM assignment a JOIN role r ON r.id = a.role_id WHERE ${HERE} ORDER BY r.name`,
      at(place),
    );
  }

  async has(place: Place, roleId: string): Promise<boolean> {
    const rows = await this.database.query(`SELECT 1 FROM assignment WHERE ${HERE} AND role_id = $4`, [
      ...at(place),
      roleId,
    ]);
    return rows.length > 0;
  }

  /** Doing it twice is doing it once. */
  async add(place: Place, roleId: string): Promise<void> {
    await this.database.query(
      'INSERT INTO assignment (user_id, project_id, domain_id, role_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [...at(place), roleId],
    );
  }

  /** @returns whether there was one */
  async remove(place: Place, roleId: string): Promise<boolean> {
    const gone = await this.database.query(`DELETE FROM assignment WHERE ${HERE} AND role_id = $4 RETURNING id`, [
      ...at(place),
      roleId,
    ]);
    return gone.length > 0;
  }

  /** Enabled projects where the user has a role. */
  projectsOf(userId: string): Promise<Project[]> {
    return this.database.transaction((tx) =>
      tx.manager
        .createQueryBuilder(Project, 'p')
        .innerJoin(Domain, 'd', 'd.id = p.domainId AND d.enabled')
        .where('p.enabled')
        .andWhere(
          (q) =>
            `EXISTS ${q.subQuery().select('1').from(Assignment, 'a').where('a.projectId = p.id AND a.userId = :userId').getQuery()}`,
        )
        .setParameter('userId', userId)
        .orderBy('p.name')
        .getMany(),
    );
  }

  /** Enabled domains where the user has a role. */
  domainsOf(userId: string): Promise<Domain[]> {
    return this.database.transaction((tx) =>
      tx.manager
        .createQueryBuilder(Domain, 'd')
        .where('d.enabled')
        .andWhere(
          (q) =>
            `EXISTS ${q.subQuery().select('1').from(Assignment, 'a').where('a.domainId = d.id AND a.userId = :userId').getQuery()}`,
        )
        .setParameter('userId', userId)
        .orderBy('d.name')
        .getMany(),
    );
  }

  list({ userId, roleId, projectId, domainId, system, effective }: AssignmentFilter): Promise<NamedAssignment[]> {
    const held = effective
      ? `WITH RECURSIVE held AS (
           SELECT user_id, role_id, project_id, domain_id FROM assignment
           UNION
           SELECT h.user_id, i.implied_id, h.project_id, h.domain_id FROM held h JOIN role_implication i ON i.prior_id = h.role_id)`
      : 'WITH held AS (SELECT user_id, role_id, project_id, domain_id FROM assignment)';
    return this.database.query<NamedAssignment & Record<string, string | null>>(
      `${held}
       SELECT u.id AS user_id, u.name AS user_name, ud.id AS user_domain_id, ud.name AS user_domain_name,
              r.id AS role_id, r.name AS role_name,
              p.id AS project_id, p.name AS project_name, pd.id AS project_domain_id, pd.name AS project_domain_name,
              d.id AS domain_id, d.name AS domain_name
       FROM held a
       JOIN account u ON u.id = a.user_id JOIN domain ud ON ud.id = u.domain_id
       JOIN role r ON r.id = a.role_id
       LEFT JOIN project p ON p.id = a.project_id LEFT JOIN domain pd ON pd.id = p.domain_id
       LEFT JOIN domain d ON d.id = a.domain_id
       WHERE ($1::text IS NULL OR u.id = $1) AND ($2::text IS NULL OR r.id = $2)
         AND ($3::text IS NULL OR p.id = $3) AND ($4::text IS NULL OR d.id = $4)
         AND ($5::boolean IS NOT TRUE OR num_nonnulls(a.project_id, a.domain_id) = 0)
       ORDER BY u.name, r.name, p.name, d.name`,
      [userId ?? null, roleId ?? null, projectId ?? null, domainId ?? null, system ?? null],
    );
  }
}
