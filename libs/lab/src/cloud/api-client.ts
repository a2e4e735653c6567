import type { Json, PortDrops, StatusProof } from '@weft/contracts';
import { Failure } from '../failure';
import type { Credentials } from './credentials';

interface Session {
  readonly token: string;
  readonly endpoint: string;
}

/** An answer other than success; `type` is the contract's error type (`PortNotFound`). */
export class ApiClientError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly request: string,
  ) {
    super(message);
    this.name = 'ApiClientError';
  }
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export type ApiObject = Record<string, Json> & { readonly id: string };

export interface PortObject {
  readonly id: string;
  readonly name: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly status: string;
  readonly device_id: string;
  readonly device_owner: string;
  /** ISO 8601. */
  readonly created_at: string;
  readonly 'binding:host_id'?: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  /** Ids. */
  readonly security_groups: readonly string[];
}

interface CatalogEntry {
  readonly type: string;
  readonly endpoints: readonly { readonly interface: string; readonly url: string }[];
}

interface ErrorBody {
  readonly NeutronError?: { readonly type: string; readonly message: string };
  readonly error?: { readonly title: string; readonly message: string };
}

/**
 * A client of the public API, as any tenant's: logs in with a password, finds the network endpoint in the catalog, logs in
 * anew when the token has expired.
 */
export class ApiClient {
  /** One log-in, however many ask at once. */
  private session: Promise<Session> | null = null;

  constructor(
    private readonly credentials: Credentials,
    private readonly timeoutMs = 30_000,
  ) {}

  /** Asks and answers whatever comes, errors included (tests of errors). `path` begins with `/v2.0` or `/weft`. */
  async raw(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    for (let again = false; ; again = true) {
      const session = this.begun();
      const { token, endpoint } = await session;
      const answer = await fetch(`${endpoint}${path}`, {
        method,
        headers: {
          'x-auth-token': token,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      const text = await answer.text();
      if (answer.status !== 401 || again) {
        const json = answer.headers.get('content-type')?.includes('json') && text !== '';
        return { status: answer.status, headers: answer.headers, body: json ? (JSON.parse(text) as unknown) : text };
      }
      if (this.session === session) this.session = null;
    }
  }

  /** @throws {@link ApiClientError} on any status but 2xx */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.raw(method, path, body);
    if (answer.status < 200 || answer.status > 299) throw failed(answer, `${method} ${path}`);
    return answer.body as T;
  }

  /** Every object of a collection (`ports`) that the query accepts. */
  async list<T = ApiObject>(collection: string, query: Readonly<Record<string, string>> = {}): Promise<readonly T[]> {
    const search = new URLSearchParams(query).toString();
    const answer = await this.request<Record<string, T[]>>('GET', `/v2.0/${collection}${search && `?${search}`}`);
    return answer[collection.replaceAll('-', '_')] ?? [];
  }

  async show<T = ApiObject>(collection: string, id: string): Promise<T> {
    return only(await this.request<Record<string, T>>('GET', `/v2.0/${collection}/${id}`));
  }

  /** @param member envelope of the body: `port` */
  async create<T = ApiObject>(collection: string, member: string, attributes: object): Promise<T> {
    return only(await this.request<Record<string, T>>('POST', `/v2.0/${collection}`, { [member]: attributes }));
  }

  async update<T = ApiObject>(collection: string, member: string, id: string, changes: object): Promise<T> {
    return only(await this.request<Record<string, T>>('PUT', `/v2.0/${collection}/${id}`, { [member]: changes }));
  }

  async delete(collection: string, id: string): Promise<void> {
    await this.request('DELETE', `/v2.0/${collection}/${id}`);
  }

  /** Why packets of a port did not pass. */
  async drops(
    port: string,
    { reasons = [], limit = 0 }: { reasons?: readonly string[]; limit?: number } = {},
  ): Promise<PortDrops> {
    const query = new URLSearchParams({ limit: String(limit) });
    for (const reason of reasons) query.append('reason', reason);
    const path = `/weft/v1/ports/${port}/drops?${query.toString()}`;
    return (await this.request<{ drops: PortDrops }>('GET', path)).drops;
  }

  /** What is proven of an object, and what is pending, where, since when and why. */
  proof(collection: string, id: string): Promise<StatusProof> {
    return this.request<StatusProof>('GET', `/weft/v1/status/${collection}/${id}`);
  }

  /** A valid token of this client's, for tools that speak HTTP themselves. */
  async token(): Promise<string> {
    return (await this.begun()).token;
  }

  private begun(): Promise<Session> {
    return (this.session ??= this.login().catch((error: unknown) => {
      this.session = null;
      throw error;
    }));
  }

  private async login(): Promise<Session> {
    const { authUrl, username, password, projectName, userDomain, projectDomain } = this.credentials;
    const url = `${authUrl.replace(/\/$/, '').replace(/\/v3$/, '')}/v3/auth/tokens`;
    const user = { name: username, password, domain: { name: userDomain } };
    const auth = {
      identity: { methods: ['password'], password: { user } },
      scope: { project: { name: projectName, domain: { name: projectDomain } } },
    };
    let answer: Response;
    try {
      answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ auth }),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
    } catch (error) {
      const { cause = error } = error as Error;
      throw new Failure(`${url} does not answer: ${(cause as Error).message} (npm run status).`);
    }
    const body = (await answer.json()) as { token?: { catalog?: CatalogEntry[] } };
    const token = answer.headers.get('x-subject-token');
    if (answer.status !== 201 || token === null)
      throw failed({ status: answer.status, headers: answer.headers, body }, `log in as ${username}`);
    const endpoint = body.token?.catalog
      ?.find(({ type }) => type === 'network')
      ?.endpoints.find((candidate) => candidate.interface === 'public')?.url;
    if (endpoint === undefined) throw new Error('the catalog names no network endpoint');
    return { token, endpoint: endpoint.replace(/\/$/, '') };
  }
}

function failed(answer: ApiAnswer, request: string): ApiClientError {
  const { NeutronError, error } = (typeof answer.body === 'object' ? (answer.body ?? {}) : {}) as ErrorBody;
  const type = NeutronError?.type ?? error?.title ?? 'Error';
  const message = NeutronError?.message ?? error?.message ?? String(answer.body);
  return new ApiClientError(answer.status, type, message, request);
}

function only<T>(envelope: Record<string, T>): T {
  const [value] = Object.values(envelope);
  if (value === undefined) throw new Error('the answer is empty');
  return value;
}
