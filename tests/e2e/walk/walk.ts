import { Agent, request } from 'node:http';
import fc from 'fast-check';
import type { Tenant } from '@weft/testing';
import type { ApiClient } from '@weft/lab';
import { COMMANDS, type Walker } from './commands';
import { GROUP_COMMANDS } from './group-commands';
import { type Caller, Model, type TenantName } from './model';

/** Commands of one walk at most; then the cloud is emptied and another begins. */
const LONGEST = 100;
const PATIENCE = 4;

/** Groups and networks do not meet in the model: walks of their own come further than mixed ones. */
const commandsOf = (commands: typeof COMMANDS) => fc.commands(commands, { maxCommands: LONGEST, size: 'max' });
const WALKS = fc.oneof(
  { weight: 3, arbitrary: commandsOf(COMMANDS) },
  { weight: 1, arbitrary: commandsOf(GROUP_COMMANDS) },
);

export interface WalkOptions {
  readonly baseUrl: string;
  readonly admin: ApiClient;
  readonly tenants: Readonly<Record<TenantName, Tenant>>;
  /** Requests to send at least. */
  readonly steps: number;
  /** Which refusal came how often, to all walks at once. */
  readonly refusals: Map<string, number>;
  /** What has to be met: until then a walk goes on, for {@link PATIENCE} times as many requests at most. */
  readonly difficult: readonly string[];
  /** The same one repeats earlier walks. */
  readonly seed: number;
}

/**
 * Walks through the API at random beside a model that says what each answer must be.
 * @returns the requests sent
 * @throws Error with the shortest walk that fast-check finds on which the two differ, and its seed
 */
export async function walk({
  baseUrl,
  admin,
  tenants,
  steps,
  refusals,
  difficult,
  seed,
}: WalkOptions): Promise<Pick<Walker, 'steps'>> {
  const agent = new Agent({ keepAlive: true });
  const tokens: Record<Caller, string> = {
    owner: await tenants.owner.api.token(),
    guest: await tenants.guest.api.token(),
    admin: await admin.token(),
  };
  const walker: Walker = {
    steps: 0,
    refusals,
    projects: { owner: tenants.owner.projectId, guest: tenants.guest.projectId },
    async ask(by, method, path, body) {
      walker.steps++;
      const { status, text } = await send(agent, baseUrl, tokens[by], method, path, body);
      const parsed = text === '' ? null : (JSON.parse(text) as { NeutronError?: { type: string }; type?: string });
      const type = parsed?.NeutronError?.type ?? parsed?.type;
      if (type !== undefined) walker.refusals.set(type, (walker.refusals.get(type) ?? 0) + 1);
      return { status, body: parsed, ...(type !== undefined && { type }) };
    },
  };
  try {
    const goesOn = () =>
      walker.steps < steps || (walker.steps < PATIENCE * steps && difficult.some((type) => !refusals.has(type)));
    for (let round = 0; goesOn(); round++) {
      const options = { numRuns: 20, endOnFailure: false, seed: seed + round };
      await fc.assert(
        fc.asyncProperty(WALKS, async (commands) => {
          const model = new Model();
          try {
            await fc.asyncModelRun(() => ({ model, real: walker }), commands);
          } finally {
            await empty(walker);
          }
        }),
        options,
      );
    }
    return walker;
  } finally {
    agent.destroy();
  }
}

/** Both projects without anything, and without limits of their own. */
async function empty(walker: Walker): Promise<void> {
  for (const project of Object.values(walker.projects)) {
    const listed = async (collection: string) => {
      const { body } = await walker.ask('admin', 'GET', `/v2.0/${collection}?project_id=${project}&fields=id`);
      return Object.values(body as Record<string, { id: string }[]>)[0]!;
    };
    for (const { id } of await listed('ports')) await walker.ask('admin', 'DELETE', `/v2.0/ports/${id}`);
  }
  for (const project of Object.values(walker.projects)) {
    const { body } = await walker.ask('admin', 'GET', `/v2.0/networks?project_id=${project}&fields=id`);
    for (const { id } of (body as { networks: { id: string }[] }).networks)
      await walker.ask('admin', 'DELETE', `/v2.0/networks/${id}`);
    const { body: listed } = await walker.ask('admin', 'GET', `/v2.0/security-groups?project_id=${project}`);
    for (const { id, name } of (listed as { security_groups: { id: string; name: string }[] }).security_groups)
      if (name !== 'default') await walker.ask('admin', 'DELETE', `/v2.0/security-groups/${id}`);
    await walker.ask('admin', 'DELETE', `/v2.0/quotas/${project}`);
  }
}

function send(
  agent: Agent,
  baseUrl: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = { 'x-auth-token': token, ...(payload !== undefined && { 'content-type': 'application/json' }) };
    const sent = request(`${baseUrl}${path}`, { method, agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}
