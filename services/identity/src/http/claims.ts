import type { FastifyRequest } from 'fastify';

type Claim = Readonly<Record<string, string>>;
type Shape = Readonly<Record<string, unknown>>;

interface Claiming {
  /** Whom somebody says to be who has no token: names and ids alone, never what would prove it. */
  readonly claim: (request: FastifyRequest) => Claim;
  /** What he has achieved if this is the answer; nothing else is worth a line. */
  readonly statuses: readonly number[];
}

/** Routes that need no token. Who logs in has written nothing. */
const OPEN: Readonly<Record<string, Claiming>> = {
  '/v3/auth/tokens': { claim: ({ body }) => ofAuth(body), statuses: [401] },
  '/v3/users/:id/password': { claim: ({ params }) => texts({ user_id: at(params, 'id') }), statuses: [204, 401] },
};

/** Null: nothing to tell of a stranger. */
export function claimOf(request: FastifyRequest, status: number): Claim | null {
  const open = request.method === 'POST' ? OPEN[request.routeOptions.url ?? ''] : undefined;
  return open?.statuses.includes(status) ? open.claim(request) : null;
}

function ofAuth(body: unknown): Claim {
  const identity = at(body, 'auth', 'identity');
  const credential = at(identity, 'application_credential');
  const user = at(identity, 'password', 'user') ?? at(credential, 'user');
  const project = at(body, 'auth', 'scope', 'project');
  const methods = at(identity, 'methods');
  return texts({
    methods: Array.isArray(methods) ? methods.join(' ') : undefined,
    ...{ user_id: at(user, 'id'), user_name: at(user, 'name') },
    ...{ domain_id: at(user, 'domain', 'id'), domain_name: at(user, 'domain', 'name') },
    ...{ application_credential_id: at(credential, 'id'), application_credential_name: at(credential, 'name') },
    ...{ project_id: at(project, 'id'), project_name: at(project, 'name') },
  });
}

/** What stands there; undefined: nothing does. */
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (found, name) => (typeof found === 'object' && found !== null ? (found as Shape)[name] : undefined),
    value,
  );

const texts = (values: Shape): Claim =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
