import fc from 'fast-check';
import {
  type Caller,
  cidrOf,
  type Counted,
  type Expected,
  Model,
  type ModelNetwork,
  refused,
  type TenantName,
} from './model';

/** The cloud under test, as a walk speaks to it. */
export interface Walker {
  ask(
    by: Caller,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; type?: string; body: unknown }>;
  readonly projects: Readonly<Record<TenantName, string>>;
  /** Requests sent so far. */
  steps: number;
  /** How often which refusal came. */
  readonly refusals: Map<string, number>;
}

export type Command = fc.AsyncCommand<Model, Walker>;
type Answer = Awaited<ReturnType<Walker['ask']>>;

/** One request, what the model expects of it, and what it does to the model when it is granted. */
interface Step {
  readonly by: Caller;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly expected: Expected;
  readonly then?: (answer: Answer) => void;
}

export const OK = { status: 200 };
export const CREATED = { status: 201 };
export const GONE = { status: 204 };

/** `choose` says which request it is, or null when the model has nothing that it could be about. */
export const command = (name: string, choose: (model: Model, walker: Walker) => Step | null): Command => ({
  check: () => true,
  async run(model, walker) {
    const step = choose(model, walker);
    if (!step) return;
    const answer = await walker.ask(step.by, step.method, step.path, step.body);
    const { status, type } = step.expected;
    if (answer.status !== status || (type !== undefined && answer.type !== type)) {
      throw new Error(
        `${step.by}: ${step.method} ${step.path} ${JSON.stringify(step.body ?? null)}: expected ${status} ${type ?? ''}, ` +
          `got ${answer.status} ${JSON.stringify(answer.body)}`,
      );
    }
    step.then?.(answer);
  },
  toString: () => name,
});

export const pick = <T>(all: Iterable<T>, at: number): T | undefined => {
  const list = [...all];
  return list.length === 0 ? undefined : list[at % list.length];
};

export const only = (answer: Answer): { id: string; fixed_ips: { ip_address: string }[] } =>
  Object.values(answer.body as Record<string, never>)[0]!;

export const tenant = fc.constantFrom<TenantName>('owner', 'guest');
export const caller = fc.constantFrom<Caller>('owner', 'guest', 'admin');
export const at = fc.nat(1000);

/** On a network: 404 for who does not see it, 403 for who sees it and does not own it. */
const onlyOwner = (model: Model, network: ModelNetwork, by: Caller, rule: Expected): Expected => {
  if (!model.sees(network, by)) return refused(404, 'NetworkNotFound');
  return by === 'admin' || by === network.project ? rule : refused(403, 'PolicyNotAuthorized');
};

const createNetwork = tenant.map((by) =>
  command(`${by} creates a network`, (model) => ({
    ...{ by, method: 'POST', path: '/v2.0/networks', body: { network: { name: 'n' } } },
    expected: model.isFull(by, 'network') ? refused(409, 'OverQuota') : CREATED,
    then: (answer) => {
      if (answer.status !== 201) return;
      const { id } = only(answer);
      model.networks.set(id, { id, project: by, name: 'n', grant: null, shared: false });
    },
  })),
);

const renameNetwork = fc.tuple(caller, at, fc.constantFrom('x', 'y')).map(([by, n, name]) =>
  command(`${by} renames network ${n} ${name}`, (model) => {
    const network = pick(model.networks.values(), n);
    if (!network) return null;
    const expected = onlyOwner(model, network, by, OK);
    return {
      ...{ by, method: 'PUT', path: `/v2.0/networks/${network.id}`, body: { network: { name } }, expected },
      then: ({ status }) => void (status === 200 && (network.name = name)),
    };
  }),
);

const deleteNetwork = fc.tuple(caller, at).map(([by, n]) =>
  command(`${by} deletes network ${n}`, (model) => {
    const network = pick(model.networks.values(), n);
    if (!network) return null;
    const { id } = network;
    const rule = model.portsOf(id).length > 0 ? refused(409, 'NetworkInUse') : GONE;
    return {
      ...{ by, method: 'DELETE', path: `/v2.0/networks/${id}`, expected: onlyOwner(model, network, by, rule) },
      then: ({ status }) => {
        if (status !== 204) return;
        for (const subnet of model.subnetsOf(id)) model.subnets.delete(subnet.id);
        model.networks.delete(id);
      },
    };
  }),
);

const createSubnet = fc.tuple(tenant, at, fc.nat(3)).map(([by, n, third]) =>
  command(`${by} creates subnet ${cidrOf(third)} in network ${n}`, (model) => {
    const network = pick(model.networks.values(), n);
    if (!network) return null;
    const overlaps = model.subnetsOf(network.id).some((subnet) => subnet.n === third);
    const allowed = onlyOwner(model, network, by, overlaps ? refused(400, 'InvalidInput') : CREATED);
    // Too much comes before not allowed and before not found.
    const expected = model.isFull(by, 'subnet') ? refused(409, 'OverQuota') : allowed;
    const subnet = { network_id: network.id, ip_version: 4, cidr: cidrOf(third), enable_dhcp: false };
    return {
      ...{ by, method: 'POST', path: '/v2.0/subnets', body: { subnet }, expected },
      then: (answer) => {
        if (answer.status === 201)
          model.subnets.set(only(answer).id, { id: only(answer).id, network: network.id, n: third });
      },
    };
  }),
);

const deleteSubnet = fc.tuple(caller, at).map(([by, n]) =>
  command(`${by} deletes subnet ${n}`, (model) => {
    const subnet = pick(model.subnets.values(), n);
    if (!subnet) return null;
    const network = model.networks.get(subnet.network)!;
    const used = model.portsOf(network.id).some(({ ip }) => ip?.startsWith(`10.0.${subnet.n}.`));
    const rule = used ? refused(409, 'SubnetInUse') : GONE;
    const expected = onlyOwner(model, network, by, rule);
    return {
      ...{ by, method: 'DELETE', path: `/v2.0/subnets/${subnet.id}` },
      expected: expected.status === 404 ? refused(404, 'SubnetNotFound') : expected,
      then: ({ status }) => void (status === 204 && model.subnets.delete(subnet.id)),
    };
  }),
);

/** An address that an instance may have: neither network nor broadcast; the gateway's is taken. */
const isHost = (n: number, host: number): boolean => host < (n === 0 ? 7 : 3);

const createPort = fc
  .tuple(tenant, at, fc.option(fc.tuple(fc.nat(3), fc.integer({ min: 2, max: 7 }))))
  .map(([by, n, wish]) =>
    command(`${by} creates a port in network ${n}${wish ? ` at ${wish.join('.')}` : ''}`, (model) => {
      const network = pick(model.networks.values(), n);
      if (!network) return null;
      const ip = wish && `10.0.${wish[0]}.${wish[1]}`;
      const subnet = wish && model.subnetsOf(network.id).find((each) => each.n === wish[0]);
      const free = model.nextAddresses(network.id);
      const expected = ((): Expected => {
        if (model.isFull(by, 'port')) return refused(409, 'OverQuota');
        if (!model.sees(network, by)) return refused(404, 'NetworkNotFound');
        if (ip && network.project !== by) return refused(403, 'PolicyNotAuthorized');
        if (ip && (!subnet || !isHost(subnet.n, wish[1]))) return refused(400, 'InvalidIpForNetwork');
        if (ip && !model.freeIn(subnet!).includes(ip)) return refused(409, 'IpAddressAlreadyAllocated');
        const spent = !ip && free.length === 0 && model.subnetsOf(network.id).length > 0;
        return spent ? refused(409, 'IpAddressGenerationFailure') : CREATED;
      })();
      const port = { network_id: network.id, ...(ip && { fixed_ips: [{ ip_address: ip }] }) };
      return {
        ...{ by, method: 'POST', path: '/v2.0/ports', body: { port }, expected },
        then: (answer) => {
          if (answer.status !== 201) return;
          const { id, fixed_ips } = only(answer);
          const [given = null] = fixed_ips.map(({ ip_address }) => ip_address);
          const right = ip ? [ip] : free;
          if (given === null ? right.length > 0 : !right.includes(given))
            throw new Error(`the port got ${given}, which is none of ${right.join(', ')}`);
          model.ports.set(id, { id, network: network.id, project: by, name: '', ip: given });
        },
      };
    }),
  );

const renamePort = fc.tuple(caller, at, fc.constantFrom('x', 'y')).map(([by, n, name]) =>
  command(`${by} renames port ${n} ${name}`, (model) => {
    const port = pick(model.ports.values(), n);
    if (!port) return null;
    const network = model.networks.get(port.network)!;
    const sees = by === 'admin' || by === port.project || by === network.project;
    const may = by === 'admin' || by === port.project;
    const expected = may ? OK : sees ? refused(403, 'PolicyNotAuthorized') : refused(404, 'PortNotFound');
    return {
      ...{ by, method: 'PUT', path: `/v2.0/ports/${port.id}`, body: { port: { name } }, expected },
      then: ({ status }) => void (status === 200 && (port.name = name)),
    };
  }),
);

const deletePort = fc.tuple(caller, at).map(([by, n]) =>
  command(`${by} deletes port ${n}`, (model) => {
    const port = pick(model.ports.values(), n);
    if (!port) return null;
    const may = by === 'admin' || by === port.project || by === model.networks.get(port.network)!.project;
    return {
      ...{ by, method: 'DELETE', path: `/v2.0/ports/${port.id}` },
      expected: may ? GONE : refused(404, 'PortNotFound'),
      then: ({ status }) => void (status === 204 && model.ports.delete(port.id)),
    };
  }),
);

const grant = fc.tuple(tenant, at).map(([by, n]) =>
  command(`${by} grants network ${n} to the other`, (model, { projects }) => {
    const network = pick(model.networks.values(), n);
    if (!network) return null;
    const target = projects[network.project === 'owner' ? 'guest' : 'owner'];
    const expected = ((): Expected => {
      if (model.isFull(by, 'rbac_policy')) return refused(409, 'OverQuota');
      if (!model.sees(network, by)) return refused(404, 'NetworkNotFound');
      if (network.project !== by) return refused(400, 'InvalidInput');
      return network.grant === null ? CREATED : refused(409, 'DuplicateRbacPolicy');
    })();
    const policy = { object_type: 'network', object_id: network.id, target_tenant: target, action: 'access_as_shared' };
    return {
      ...{ by, method: 'POST', path: '/v2.0/rbac-policies', body: { rbac_policy: policy }, expected },
      then: (answer) => void (answer.status === 201 && (network.grant = only(answer).id)),
    };
  }),
);

const revoke = fc.tuple(caller, at).map(([by, n]) =>
  command(`${by} revokes grant ${n}`, (model) => {
    const network = pick(
      [...model.networks.values()].filter((each) => each.grant !== null),
      n,
    );
    if (!network) return null;
    const may = by === 'admin' || by === network.project;
    const needed = model.isNeeded(network, { grant: false, shared: network.shared });
    const rule = needed ? refused(409, 'RbacPolicyInUse') : GONE;
    return {
      ...{ by, method: 'DELETE', path: `/v2.0/rbac-policies/${network.grant}` },
      expected: may ? rule : refused(404, 'RbacPolicyNotFound'),
      then: ({ status }) => void (status === 204 && (network.grant = null)),
    };
  }),
);

const share = fc.tuple(caller, at, fc.boolean()).map(([by, n, shared]) =>
  command(`${by} sets shared ${shared} of network ${n}`, (model) => {
    const network = pick(model.networks.values(), n);
    if (!network) return null;
    const needed =
      !shared && network.shared && model.isNeeded(network, { grant: network.grant !== null, shared: false });
    const rule =
      by !== 'admin' ? refused(403, 'PolicyNotAuthorized') : needed ? refused(409, 'InvalidSharedSetting') : OK;
    return {
      ...{ by, method: 'PUT', path: `/v2.0/networks/${network.id}`, body: { network: { shared } } },
      expected: onlyOwner(model, network, by, rule),
      then: ({ status }) => void (status === 200 && (network.shared = shared)),
    };
  }),
);

const setQuota = fc
  .tuple(
    tenant,
    fc.constantFrom<Counted>('network', 'subnet', 'port', 'rbac_policy'),
    fc.constantFrom(-1, -1, 2, 6, 12),
  )
  .map(([project, what, limit]) =>
    command(`the quota ${what} of ${project} is ${limit}`, (model, { projects }) => ({
      ...{ by: 'admin', method: 'PUT', path: `/v2.0/quotas/${projects[project]}` },
      ...{ body: { quota: { [what]: limit, force: true } }, expected: OK },
      then: () => void (model.limits[project][what] = limit),
    })),
  );

const compareUsage = tenant.map((project) =>
  command(`the usage of ${project} is as counted`, (model, { projects }) => ({
    ...{ by: 'admin', method: 'GET', path: `/v2.0/quotas/${projects[project]}/details`, expected: OK },
    then: ({ body }) => {
      const { quota } = body as { quota: Record<Counted, { used: number }> };
      for (const what of ['network', 'subnet', 'port', 'rbac_policy'] as const)
        same(`used ${what} of ${project}`, quota[what].used, model.used(project, what));
    },
  })),
);

/** Of the walk's own projects: other walks may share theirs with everybody at the same time. */
const ours = ({ projects }: Walker): string => `project_id=${projects.owner}&project_id=${projects.guest}`;

const listNetworks = tenant.map((by) =>
  command(`${by} lists networks`, (model, walker) => ({
    ...{ by, method: 'GET', path: `/v2.0/networks?fields=id&fields=name&fields=shared&${ours(walker)}`, expected: OK },
    then: ({ body }) => {
      const { networks } = body as { networks: { id: string; name: string; shared: boolean }[] };
      const wanted = [...model.networks.values()]
        .filter((network) => model.sees(network, by))
        .map((network) => ({ id: network.id, name: network.name, shared: model.isOpen(network, by) }));
      same(`networks of ${by}`, sorted(networks), sorted(wanted));
    },
  })),
);

const listPorts = tenant.map((by) =>
  command(`${by} lists ports`, (model) => ({
    ...{ by, method: 'GET', path: '/v2.0/ports?fields=id&fields=name', expected: OK },
    then: ({ body }) => {
      const wanted = [...model.ports.values()]
        .filter((port) => port.project === by || model.networks.get(port.network)!.project === by)
        .map(({ id, name }) => ({ id, name }));
      same(`ports of ${by}`, sorted((body as { ports: { id: string }[] }).ports), sorted(wanted));
    },
  })),
);

const listSubnets = tenant.map((by) =>
  command(`${by} lists subnets`, (model, walker) => ({
    ...{ by, method: 'GET', path: `/v2.0/subnets?fields=id&${ours(walker)}`, expected: OK },
    then: ({ body }) => {
      const wanted = [...model.subnets.values()].filter(({ network }) => model.sees(model.networks.get(network)!, by));
      const ids = wanted.map(({ id }) => ({ id }));
      same(`subnets of ${by}`, sorted((body as { subnets: { id: string }[] }).subnets), sorted(ids));
    },
  })),
);

export const sorted = <T extends { readonly id: string }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => (a.id < b.id ? -1 : 1));

export function same(what: string, got: unknown, wanted: unknown): void {
  const order = (value: unknown) => JSON.stringify(value, (_, each: unknown) => ordered(each));
  if (order(got) !== order(wanted)) throw new Error(`${what}: expected ${order(wanted)}, got ${order(got)}`);
}

/** Keys in one order, whatever the order in which they came. */
const ordered = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Everything that a walk may do; what makes things comes more often than what removes them. */
export const COMMANDS: fc.Arbitrary<Command>[] = [
  ...[createNetwork, createSubnet, createPort, createPort, createPort, createPort, createPort, createPort],
  ...[renameNetwork, deleteNetwork, deleteSubnet, renamePort, deletePort, deletePort],
  ...[grant, grant, revoke, share, share, setQuota],
  ...[compareUsage, listNetworks, listPorts, listSubnets],
];
