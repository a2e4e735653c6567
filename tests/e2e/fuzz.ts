import { Agent, request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { collectionUrl, RESOURCES, type ResourceDefinition } from '@weft/contracts';

export interface FuzzOptions {
  /** `http://host:port` of a gateway. */
  readonly baseUrl: string;
  readonly token: string;
  /** Requests to send. */
  readonly runs: number;
  /** Repeats an earlier sequence. */
  readonly seed?: number;
  /** Objects to aim at, so that not every request ends at "not found": collection → ids. They are not deleted. */
  readonly ids?: Readonly<Record<string, readonly string[]>>;
  /** Collection → a body that creates; random attributes are put over it. */
  readonly bodies?: Readonly<Record<string, object>>;
}

export interface FuzzReport {
  readonly requests: number;
  /** Status → how often. */
  readonly statuses: Readonly<Record<number, number>>;
}

interface Shot {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Sends random requests near the border of the valid: paths, queries and bodies made of the names which the definitions know and of
 * anything else. What comes to be is deleted again.
 *
 * @throws Error with the smallest request that fast-check finds, if one is answered with 5xx, without a request id, or with an error
 * that has no envelope
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const statuses: Record<number, number> = {};
  const made: string[] = [];
  let requests = 0;
  try {
    await fc.assert(
      fc.asyncProperty(shots(options), async (shot) => {
        const { status, text, requestId } = await send(options, agent, shot);
        requests++;
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 201 && shot.method === 'POST') made.push(...createdPaths(shot.path, text));
        if (status >= 500) throw new Error(`${status}: ${text}`);
        if (requestId === undefined) throw new Error(`${status} without a request id`);
        if (status >= 400 && !/^\{"(NeutronError|error)":\{/.test(text))
          throw new Error(`${status} without an envelope: ${text}`);
      }),
      { numRuns: options.runs, ...(options.seed !== undefined && { seed: options.seed }), endOnFailure: false },
    );
  } finally {
    for (const path of made.reverse()) await send(options, agent, { method: 'DELETE', path, headers: {} });
    agent.destroy();
  }
  return { requests, statuses };
}

/** Values which validators accept or nearly accept, and anything else. */
function values(ids: readonly string[]): fc.Arbitrary<unknown> {
  const id = fc.constantFrom(...ids);
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('10.0.0.1', 'fd00::1', '10.0.0.300', '010.0.0.1'));
  return fc.oneof(
    { weight: 3, arbitrary: id },
    {
      weight: 3,
      arbitrary: fc.constantFrom<unknown>(
        4,
        6,
        '4',
        true,
        'no',
        null,
        '',
        0,
        -1,
        2 ** 31,
        1e300,
        'slaac',
        'vxlan',
        'flat',
        'normal',
        'ICMP',
        'udp',
        'IPv6',
        65_536,
      ),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '10.0.0.0/24',
        'fd00::/64',
        '10.0.0.5/33',
        '0.0.0.0/0',
        'fa:16:3e:00:00:01',
        'host1',
        '\u0000',
        '\ud800',
      ),
    },
    {
      weight: 2,
      arbitrary: fc.array(fc.record({ ip_address: address, subnet_id: id }, { requiredKeys: [] }), { maxLength: 3 }),
    },
    { weight: 1, arbitrary: fc.array(fc.record({ start: address, end: address }), { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.record({ destination: fc.constantFrom('10.9.0.0/24', '::/0', 'x'), nexthop: address }), {
        maxLength: 3,
      }),
    },
    { weight: 1, arbitrary: fc.array(fc.string(), { maxLength: 3 }) },
    { weight: 1, arbitrary: address },
    { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  );
}

function shots({ ids = {}, bodies: templates = {} }: FuzzOptions): fc.Arbitrary<Shot> {
  const value = values([NIL, ...Object.values(ids).flat()]);
  const headers = fc.oneof(
    { weight: 6, arbitrary: fc.constant<Readonly<Record<string, string>>>({}) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Readonly<Record<string, string>>[]>(
        { 'if-match': 'revision_number=1' },
        { 'if-match': '*' },
        { 'idempotency-key': 'x y' },
      ),
    },
  );
  // Every resource gets its share; those that a body is known for get as much again, or too few requests come past the parser.
  const aimedAt = RESOURCES.filter(({ collection }) => collection in templates);
  const share = Math.ceil((2 * RESOURCES.length) / Math.max(aimedAt.length, 1));
  const targets: ResourceDefinition[] = [
    ...RESOURCES,
    ...RESOURCES,
    ...Array<typeof aimedAt>(share).fill(aimedAt).flat(),
  ];
  return fc.constantFrom(...targets).chain((definition) => {
    const names = fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...Object.keys(definition.attributes)) },
      { weight: 1, arbitrary: fc.string() },
    );
    const own = ids[definition.collection] ?? [];
    return fc
      .record({
        target: paths(definition, [...own, ...own, ...own, NIL]),
        query: queries(names, value),
        body: bodies(definition, names, value, templates[definition.collection] ?? {}),
        headers,
      })
      .chain(({ target, query, body, headers: chosen }) =>
        methods(target, own).map((method): Shot => {
          const shot = { method, path: target + query, headers: chosen };
          return method === 'POST' || method === 'PUT' ? { ...shot, body } : shot;
        }),
      );
  });
}

/** Mostly a method that the path has; never the deletion of what others aim at. */
function methods(path: string, spared: readonly string[]): fc.Arbitrary<string> {
  const [, , , id, rest] = path.split('/');
  if (id === undefined || id === '')
    return fc.constantFrom('GET', 'GET', 'POST', 'POST', 'POST', 'POST', 'POST', 'PUT', 'PATCH');
  const kept = rest === undefined && spared.some((each) => id.startsWith(each));
  return kept
    ? fc.constantFrom('GET', 'PUT', 'PUT', 'PUT', 'POST')
    : fc.constantFrom('GET', 'PUT', 'PUT', 'DELETE', 'POST');
}

function paths(definition: ResourceDefinition, ids: readonly string[]): fc.Arbitrary<string> {
  const { path, actions = [] } = definition;
  const url = collectionUrl(definition);
  const segment = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.constantFrom('nope', '%00', '%zz', '..', '', 'a.json', '%F0%9F%98%80') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map(encoded) },
  );
  const below = fc.constantFrom('', '/tags', ...actions.map((action) => `/${action.path.replace(/\{.*?\}/, 'red')}`));
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(url, `${url}.json`, `${url}/`) },
    { weight: 5, arbitrary: fc.tuple(segment, below).map(([id, rest]) => `${url}/${id}${rest}`) },
    { weight: 1, arbitrary: fc.tuple(segment, segment).map(([a, b]) => `/v2.0/${a}/${b}`) },
    { weight: 1, arbitrary: fc.tuple(segment, segment).map(([a, b]) => `/weft/v1/status/${a}/${b}`) },
    { weight: 1, arbitrary: segment.map((id) => `/weft/v1/status${path}/${id}`) },
  );
}

function queries(names: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const key = fc.oneof(
    { weight: 3, arbitrary: names },
    { weight: 2, arbitrary: fc.constantFrom('fields', 'limit', 'marker', 'sort_key', 'sort_dir', 'page_reverse') },
  );
  const text = fc.oneof(
    { weight: 2, arbitrary: value.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'asc',
        'desc',
        'name',
        'id',
        '2',
        'True',
        'ip_address=10.0.0.1',
        'subnet_id=x',
        'ip_address_substr=%',
        'a,b',
      ),
    },
  );
  return fc.array(fc.tuple(key, text), { maxLength: 4 }).map((pairs) => {
    const query = pairs.map(([name, each]) => `${encoded(name)}=${encoded(each)}`).join('&');
    return query === '' ? '' : `?${query}`;
  });
}

function bodies(
  { member, collection, attributes }: ResourceDefinition,
  names: fc.Arbitrary<string>,
  value: fc.Arbitrary<unknown>,
  template: object,
): fc.Arbitrary<string> {
  const writable = Object.keys(attributes).filter((name) => attributes[name]!.post || attributes[name]!.put);
  const writables = fc.constantFrom(...(writable.length > 0 ? writable : [member]));
  const oneOff = fc.dictionary(writables, value, { maxKeys: 2 });
  const item = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.dictionary(fc.constantFrom(...(writable.length > 0 ? writable : [member])), value, { maxKeys: 5 }),
    },
    { weight: 1, arbitrary: fc.dictionary(names, value, { maxKeys: 5 }) },
  );
  return fc.oneof(
    { weight: 3, arbitrary: item.map((each) => JSON.stringify({ [member]: each })) },
    { weight: 6, arbitrary: oneOff.map((each) => JSON.stringify({ [member]: { ...template, ...each } })) },
    {
      weight: 2,
      arbitrary: fc
        .array(oneOff, { maxLength: 3 })
        .map((items) => JSON.stringify({ [collection]: items.map((each) => ({ ...template, ...each })) })),
    },
    { weight: 2, arbitrary: fc.array(item, { maxLength: 3 }).map((items) => JSON.stringify({ [collection]: items })) },
    { weight: 1, arbitrary: value.map((tags) => JSON.stringify({ tags })) },
    { weight: 1, arbitrary: fc.jsonValue().map((each) => JSON.stringify(each)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
}

/** Percent-encoding that also takes lone surrogates. */
const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?'));

function send(
  { baseUrl, token }: FuzzOptions,
  agent: Agent,
  { method, path, body, headers }: Shot,
): Promise<{ status: number; text: string; requestId: string | undefined }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(baseUrl);
    const request = httpRequest(
      { agent, hostname, port, method, path, headers: { 'x-auth-token': token, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            text: Buffer.concat(chunks).toString('utf8'),
            requestId: response.headers['x-openstack-request-id'] as string | undefined,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Where the objects are that a POST has made. */
function createdPaths(path: string, text: string): string[] {
  const collection = path.split('?')[0]!.replace(/\.json$|\/$/, '');
  if (!/^\/v2\.0\/[a-z-]+$/.test(collection)) return [];
  const [answer] = Object.values(JSON.parse(text) as Record<string, unknown>);
  const objects = Array.isArray(answer) ? (answer as unknown[]) : [answer];
  return objects.map((each) => `${collection}/${(each as { id: string }).id}`);
}
