import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const dataplane = () => require('../../../libs/dataplane/dist/index.js');
const { systemClock } = require('../../../libs/reconcile/dist/index.js');
const exec = promisify(execFile);

const BRIDGE = 'brqa0000001-00';
const hex = (n, digits) => n.toString(16).padStart(digits, '0');
const uuid = (kind, n) => `${kind}${hex(n, 6)}-00aa-4000-8000-${hex(n, 12)}`;
const mac = (n) => `fa:16:3e:00:${hex(n >> 8, 2)}:${hex(n & 255, 2)}`;
const ip = (n) => `10.0.${n >> 8}.${n & 255}`;
const device = (n) => `tap${uuid('b0', n).slice(0, 11)}`;
const rules = (n, count) =>
  Array.from({ length: count }, (_, k) => ({
    ...{ id: uuid('d0', n * count + k), direction: k % 2 ? 'egress' : 'ingress', ipVersion: 4, protocol: 6 },
    ...{ ports: { min: 1000 + k, max: 1000 + k }, icmp: null, remote: null },
  }));
const port = (n, group) => ({
  device: device(n),
  policy: { macs: [mac(n)], identities: [{ mac: mac(n), ip: ip(n) }], groups: [group] },
});

/** A scratch namespace with a driver in it; `work` gets a function that makes one pass and tells its milliseconds. */
async function withDriver(work) {
  const { FilterDriver, createNetns, deleteNetns, inNetns, standalone } = dataplane();
  const name = `weft-bench-${process.pid}`;
  createNetns(name);
  const driver = inNetns(name, () => new FilterDriver(standalone(systemClock), { flushZone: () => undefined }));
  const pass = () => {
    const begun = performance.now();
    inNetns(name, () => {
      driver.resync();
      driver.applyUpdates();
      driver.applyDeletes();
    });
    if (driver.failures.size > 0) throw driver.failures.all()[0][1].error;
    return performance.now() - begun;
  };
  try {
    return await work({ driver, pass, name });
  } finally {
    driver.close();
    deleteNetns(name);
  }
}

const network = (ports, more = {}) => ({ bridge: BRIDGE, trusted: [], dhcpServers: [], ports, ...more });
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
/** Of pairs measured one after the other: what else goes on here is the same for both. */
const ofPairs = (floors, values) => {
  const floor = median(floors);
  return { floor, value: floor * median(values.map((value, n) => value / floors[n])) };
};
const percentile = (values, p) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * p) - 1];

/** Members join a group of `size` others; milliseconds of each, in the kernel. */
const joining = (size) =>
  withDriver(async ({ driver, pass }) => {
    const group = uuid('e0', 1);
    const remote = { id: uuid('d0', 0), direction: 'ingress', ipVersion: 4, protocol: null, ports: null, icmp: null };
    driver.setGroup(group, { id: group, stateful: true, rules: [{ ...remote, remote: { group } }] });
    driver.setNetwork('net', network(Array.from({ length: 100 }, (_, n) => port(n, group))));
    for (let n = 0; n < size; n++) driver.setMember(group, uuid('b0', n), [ip(n)]);
    pass();
    return Array.from({ length: 50 }, (_, k) => {
      driver.setMember(group, uuid('b0', size + k), [ip(size + k)]);
      return pass();
    });
  });

/** Milliseconds of the first pass: so many ports, in so many groups of 10 rules. */
const cold = (ports, groups) =>
  withDriver(async ({ driver, pass }) => {
    const ids = Array.from({ length: groups }, (_, n) => uuid('e0', n));
    ids.forEach((id, n) => driver.setGroup(id, { id, stateful: true, rules: rules(n, 10) }));
    driver.setNetwork('net', network(Array.from({ length: ports }, (_, n) => port(n, ids[n % ids.length]))));
    return pass();
  });

/** Guests a and b behind a bridge; Gbit/s of one TCP stream between them. */
async function throughput(filtered) {
  return withDriver(async ({ driver, pass, name }) => {
    const group = uuid('e0', 1);
    const run = (command) => exec('sh', ['-euc', command]);
    const guests = [1, 2];
    try {
      await run(`ip -n ${name} link add ${BRIDGE} type bridge forward_delay 0; ip -n ${name} link set ${BRIDGE} up`);
      if (filtered) {
        const any = { ipVersion: 4, protocol: null, ports: null, icmp: null, remote: null };
        const both = ['ingress', 'egress'].map((direction, k) => ({ ...any, direction, id: uuid('d1', k) }));
        driver.setGroup(group, { id: group, stateful: true, rules: [...rules(0, 8), ...both] });
        driver.setNetwork('net', network(guests.map((n) => port(n, group))));
        pass();
      } else await run(`ip netns exec ${name} sysctl -qw net.bridge.bridge-nf-call-iptables=0`);
      for (const n of guests)
        await run(`ip netns add ${name}-${n}
ip -n ${name} link add ${device(n)} type veth peer name eth0 address ${mac(n)} netns ${name}-${n}
ip -n ${name} link set ${device(n)} master ${BRIDGE} up
ip -n ${name}-${n} link set lo up; ip -n ${name}-${n} link set eth0 up; ip -n ${name}-${n} addr add ${ip(n)}/16 dev eth0`);
      return await stream(`${name}-1`, `${name}-2`, ip(2));
    } finally {
      for (const n of guests) await run(`ip netns del ${name}-${n}`).catch(() => undefined);
    }
  });
}

const RECEIVE = `let bytes = 0, since = 0;
require('net').createServer((socket) => {
  socket.on('data', (data) => { if (since) bytes += data.length; }).on('error', () => undefined);
  setTimeout(() => { since = performance.now(); }, 300);
  setTimeout(() => { console.log(bytes * 8 / 1e6 / (performance.now() - since)); process.exit(); }, 2300);
}).listen(5201, '0.0.0.0');
setTimeout(() => process.exit(1), 20000);`;
const SEND = `const chunk = Buffer.alloc(262144);
const begin = () => {
  const socket = require('net').connect(5201, process.argv[1]);
  const pump = () => { while (socket.write(chunk)); };
  socket.on('connect', () => { socket.on('close', () => process.exit()); pump(); });
  // The receiver may not listen yet.
  socket.on('drain', pump).on('error', (error) => { if (error.code === 'ECONNREFUSED') setTimeout(begin, 50); });
};
begin();`;

async function stream(from, to, address) {
  const node = (netns, ...args) => exec('ip', ['netns', 'exec', netns, process.execPath, '-e', ...args]);
  const received = node(to, RECEIVE);
  const sent = node(from, SEND, address).catch(() => undefined);
  const { stdout } = await received;
  await sent;
  return Number(stdout);
}

/** Frames that no rule allows, from one instance to another: how many the node gets rid of in a second, with samples taken and without, by turns. */
async function dropping() {
  const { inNetns, libc } = dataplane();
  return withDriver(async ({ driver, pass, name }) => {
    const group = uuid('e0', 1);
    const run = async (command) => (await exec('sh', ['-euc', command])).stdout;
    driver.setGroup(group, { id: group, stateful: true, rules: rules(0, 10) });
    driver.setNetwork('net', network([1, 2].map((n) => port(n, group))));
    pass();
    await run(`ip -n ${name} link add ${BRIDGE} type bridge forward_delay 0; ip -n ${name} link set ${BRIDGE} up`);
    for (const n of [1, 2])
      await run(`ip -n ${name} link add ${device(n)} type veth peer name end${n} address ${mac(n)}
ip -n ${name} link set ${device(n)} master ${BRIDGE} up; ip -n ${name} link set end${n} up`);
    // The bridge learns where the second one is.
    const socketOf = async (n) => {
      const index = Number(await run(`ip netns exec ${name} cat /sys/class/net/end${n}/ifindex`));
      return inNetns(name, () => {
        const [AF_PACKET, SOCK_RAW] = [17, 3];
        const fd = libc('socket', AF_PACKET, SOCK_RAW, 0);
        const address = Buffer.alloc(20);
        address.writeUInt16LE(AF_PACKET, 0);
        address.writeInt32LE(index, 4);
        libc('bind', fd, address, address.length);
        return fd;
      });
    };
    const [from, to] = [await socketOf(1), await socketOf(2)];
    const bytes = (address) => Buffer.from(address.replaceAll(':', ''), 'hex');
    const hello = Buffer.concat([bytes(mac(1)), bytes(mac(2)), Buffer.from('0806', 'hex'), Buffer.alloc(46)]);
    libc('send', to, hello, hello.length, 0);
    const frame = udp({ from: 1, to: 2 });
    const rate = (count) => {
      const begun = performance.now();
      for (let n = 0; n < count; n++) libc('send', from, frame, frame.length, 0);
      return (count / (performance.now() - begun)) * 1000;
    };
    const nft = (command) => run(`ip netns exec ${name} nft -a '${command}'`);
    const chain = 'bridge weft_filter drop-egress-no-rule';
    // The same without samples: packets are counted alone.
    await nft('add set bridge weft_filter plain { type ifname . mark; size 65535; flags dynamic; counter; }');
    const handles = async (pattern) => pattern.exec(await nft(`list chain ${chain}`)).slice(1);
    const [statement, first] = await handles(/^\s*(update .*) # handle (\d+)$/m);
    let handle = first;
    const replace = async (rule) => {
      await nft(`replace rule ${chain} handle ${handle} ${rule}`);
      [handle] = await handles(/update .* # handle (\d+)$/m);
    };
    rate(20_000);
    const rates = { plain: [], sampled: [] };
    const statements = { plain: 'update @plain { iifname . 0x00000001 }', sampled: statement };
    const [turns, frames] = [100, 4_000];
    for (let turn = 0; turn < turns; turn++)
      for (const kind of turn % 2 ? ['sampled', 'plain'] : ['plain', 'sampled']) {
        await replace(statements[kind]);
        rates[kind].push(rate(frames));
      }
    if (!(await nft('list set bridge weft_filter plain')).includes(`counter packets ${turns * frames}`))
      throw new Error('something else became of the frames than was to be measured');
    return ofPairs(rates.plain, rates.sampled);
  });
}

/** A datagram whose port no rule names (checksums are nobody's business here). */
function udp({ from, to }) {
  const bytes = (address) => Buffer.from(address.replaceAll(':', ''), 'hex');
  const quad = (n) => Buffer.from(ip(n).split('.').map(Number));
  const payload = Buffer.concat([Buffer.from('270f270f00200000', 'hex'), Buffer.alloc(24)]);
  const head = Buffer.concat([Buffer.from('4500003c00004000401100000', 'hex').subarray(0, 12), quad(from), quad(to)]);
  head.writeUInt16BE(20 + payload.length, 2);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += head.readUInt16BE(i);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  head.writeUInt16BE(~sum & 0xffff, 10);
  return Buffer.concat([bytes(mac(to)), bytes(mac(from)), Buffer.from('0800', 'hex'), head, payload]);
}

export const figures = [
  {
    name: 'filter-one-member-more',
    unit: 'ms p99 in the kernel of a node, of 5,000 members (floor: of 50)',
    bar: '<= 50 ms',
    needsLab: true,
    met: ({ value }) => value <= 50,
    run: async () => ({ floor: percentile(await joining(50), 0.99), value: percentile(await joining(5_000), 0.99) }),
  },
  {
    name: 'filter-one-member-more-p50',
    unit: 'ms p50 of the same: constant in the size of the group',
    bar: '<= 1.5 × the floor',
    needsLab: true,
    met: ({ value, floor }) => value <= 1.5 * floor,
    run: async () => ({ floor: median(await joining(50)), value: median(await joining(5_000)) }),
  },
  {
    name: 'filter-cold-1000-ports',
    unit: 'ms for 1,000 ports with the 10 rules of their group (floor: 1 port)',
    bar: '<= 400 ms',
    needsLab: true,
    met: ({ value }) => value <= 400,
    run: async () => {
      const values = [];
      for (let n = 0; n < 3; n++) values.push(await cold(1_000, 10));
      return { floor: await cold(1, 1), value: median(values) };
    },
  },
  {
    name: 'filter-cold-1000-groups',
    unit: 'ms for 1,000 ports, each with a group of its own of 10 rules (floor: 10 groups)',
    bar: '<= 400 ms',
    needsLab: true,
    met: ({ value }) => value <= 400,
    run: async () => {
      const [floors, values] = [[], []];
      for (let n = 0; n < 3; n++) {
        floors.push(await cold(1_000, 10));
        values.push(await cold(1_000, 1_000));
      }
      return { floor: median(floors), value: median(values) };
    },
  },
  {
    name: 'filter-rule-change',
    unit: 'ms p99 from the fact to the kernel, 1,000 ports (floor: 1 port)',
    bar: '<= 100 ms',
    needsLab: true,
    met: ({ value }) => value <= 100,
    run: async () => {
      const change = (count) =>
        withDriver(async ({ driver, pass }) => {
          const id = uuid('e0', 1);
          driver.setGroup(id, { id, stateful: true, rules: rules(0, 10) });
          driver.setNetwork('net', network(Array.from({ length: count }, (_, n) => port(n, id))));
          pass();
          const values = Array.from({ length: 100 }, (_, k) => {
            driver.setGroup(id, { id, stateful: true, rules: [...rules(0, 10), ...rules(k + 1, 1)] });
            return pass();
          });
          return percentile(values, 0.99);
        });
      return { floor: await change(1), value: await change(1_000) };
    },
  },
  {
    name: 'filter-throughput',
    unit: 'Gbit/s of TCP between two instances of a host (floor: without filter)',
    bar: '>= 0.85 × the floor',
    needsLab: true,
    met: ({ value, floor }) => value >= 0.85 * floor,
    run: async () => {
      const [floors, values] = [[], []];
      for (let n = 0; n < 5; n++) {
        floors.push(await throughput(false));
        values.push(await throughput(true));
      }
      return ofPairs(floors, values);
    },
  },
  {
    name: 'filter-sampling',
    unit: 'packets a second dropped with samples taken (floor: without)',
    bar: '>= 0.99 × the floor',
    needsLab: true,
    met: ({ value, floor }) => value >= 0.99 * floor,
    run: dropping,
  },
];
