import type { Command } from 'commander';
import type { StatusProof } from '@weft/contracts';
import { ApiClientError, Failure } from '@weft/lab';
import { cloudStatus } from '../supervisor/status';
import type { CloudStatus } from '../supervisor/status';
import type { Output } from './output';
import { ago, table } from './output';
import { idOf } from './object';
import { apiClient } from './session';

/** `weft status`: of the cloud's processes, or of one object. */
export function statusCommand(program: Command, output: () => Output): void {
  program
    .command('status [resource] [id]')
    .description(
      'each service and node; with RESOURCE ID (port, its id or name, or the name of its instance): what of it is proven, pending, where, since when, why',
    )
    .action(async (resource?: string, id?: string) => {
      if (resource === undefined) {
        const status = await cloudStatus(process.env);
        output().result(status, () => describeCloud(status));
        if (!status.running || status.members.some(({ health }) => health !== 'healthy')) process.exitCode = 1;
        return;
      }
      if (id === undefined) throw new Failure('weft status RESOURCE ID needs an id, too: weft status port 4f1c…');
      const api = apiClient(process.env);
      const collection = resource.endsWith('s') ? resource : `${resource}s`;
      const proof = await api.proof(collection, await idOf(api, collection, id)).catch((error: unknown) => {
        throw error instanceof ApiClientError && error.type === 'HTTPNotFound'
          ? new Failure(`There are no proofs of ${collection}; there are of ports: weft status port ID.`)
          : error;
      });
      output().result(proof, () => describeProof(proof));
    });
}

export function describeCloud(status: CloudStatus): string {
  if (!status.running) return 'Weft does not run here (npm start)';
  const members = table(
    ['MEMBER', 'HEALTH', 'VERSION', 'PID', 'UP', 'WHY'],
    status.members.map(({ member, health, version, pid, startedAt, why }) => [
      member,
      health,
      version,
      pid,
      ago(startedAt),
      why,
    ]),
  );
  const refusals = table(
    ['REFUSED BY THE BROKER', 'TRIED TO', 'SUBJECT', 'TIMES', 'LAST'],
    status.refusals.map(({ user, what, subject, times, last }) => [
      ...[user ?? 'unknown', what === 'authentication' ? 'connect' : what, subject, times, ago(last)],
    ]),
  );
  const below = status.refusals.length > 0 ? `\n\n${refusals}` : '';
  return `Weft is ${status.state}: API ${status.apiUrl}, identity ${status.authUrl}\n\n${members}${below}`;
}

export function describeProof(proof: StatusProof, now = Date.now()): string {
  const requirements = table(
    ['COMPONENT', 'NODE', 'STATE', 'GENERATION', 'SINCE', 'WHY'],
    proof.requirements.map(({ component, node, state, generation, since, reason, detail }) => [
      ...[component, node, state, generation === null ? null : `${generation} of ${proof.generation}`, ago(since, now)],
      [reason, detail].filter(Boolean).join(': '),
    ]),
  );
  return `${proof.resource.replace(/s$/, '')} ${proof.id} is ${proof.status}, generation ${proof.generation}\n\n${requirements}`;
}
