import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PORTS = 5_000;
const MORE = 20;
const PART = 500;

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

/** Milliseconds (median) from the request for one port more until every DHCP node has proven that its server holds it. */
async function oneMore(admin) {
  const { id: network } = await admin.create('networks', 'network', { name: 'dhcp-scale' });
  await admin.create('subnets', 'subnet', { network_id: network, cidr: '10.83.0.0/16', ip_version: 4 });
  // Bound nowhere: what is waited for is DHCP alone.
  const body = { network_id: network, device_owner: 'compute:bench' };
  let last;
  for (let made = 0; made < PORTS; made += PART)
    last = (await admin.request('POST', '/v2.0/ports', { ports: Array.from({ length: PART }, () => body) })).ports.at(
      -1,
    );
  await provenEverywhere(admin, last.id);
  const times = [];
  for (let k = 0; k < MORE; k++) {
    const begun = performance.now();
    const { id } = await admin.create('ports', 'port', body);
    await provenEverywhere(admin, id);
    times.push(performance.now() - begun);
  }
  return median(times);
}

async function provenEverywhere(admin, port) {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const { requirements } = await admin.request('GET', `/weft/v1/status/ports/${port}`);
    const dhcp = requirements.filter(({ component }) => component === 'dhcp');
    if (dhcp.length > 0 && dhcp.every(({ state }) => state === 'proven')) return;
    if (performance.now() > deadline) throw new Error(`DHCP of port ${port}: ${JSON.stringify(dhcp)}`);
    // Each look costs three processes some work, on the same cores.
    await sleep(15);
  }
}

/** Milliseconds (median) that dnsmasq alone takes: one line more in its hosts file, a SIGHUP, its word that it has read it. */
async function bareServer() {
  const dir = mkdtempSync(join(tmpdir(), 'weft-floor-'));
  const hosts = join(dir, 'hosts');
  const line = (k) =>
    `fa:16:3e:83:${hex(k >> 8)}:${hex(k & 255)},host-10-83-${k >> 8}-${k & 255},10.83.${k >> 8}.${k & 255}\n`;
  let text = Array.from({ length: PORTS }, (_, k) => line(k + 256)).join('');
  writeFileSync(hosts, text);
  const settings = [
    'interface=lo',
    'bind-interfaces',
    'port=0',
    'user=root',
    `dhcp-hostsfile=${hosts}`,
    `dhcp-leasefile=${dir}/leases`,
  ];
  const conf = [
    ...settings,
    'dhcp-range=10.83.0.0,static,255.255.0.0,86400s',
    `pid-file=${dir}/pid`,
    `log-facility=${dir}/log`,
  ];
  writeFileSync(join(dir, 'conf'), `${conf.join('\n')}\n`);
  const start = `ip link set lo up; ip addr add 10.83.0.2/16 dev lo; exec dnsmasq -k --conf-file=${dir}/conf`;
  const child = spawn('setpriv', ['--pdeathsig=KILL', 'unshare', '--net', 'sh', '-euc', start], { stdio: 'inherit' });
  const read = () => readIfThere(join(dir, 'log')).split(`read ${hosts}`).length - 1;
  try {
    await until(() => read() === 1);
    const times = [];
    for (let k = 0; k < MORE; k++) {
      const begun = performance.now();
      text += line(PORTS + 256 + k);
      writeFileSync(`${hosts}.new`, text);
      renameSync(`${hosts}.new`, hosts);
      child.kill('SIGHUP');
      await until(() => read() === k + 2);
      times.push(performance.now() - begun);
    }
    return median(times);
  } finally {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

const hex = (byte) => byte.toString(16).padStart(2, '0');

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

async function until(check) {
  const deadline = performance.now() + 10_000;
  while (!check()) {
    if (performance.now() > deadline) throw new Error('dnsmasq did not say that it has read its hosts file');
    await sleep(1);
  }
}

export const figures = [
  {
    name: 'dhcp-one-more-of-5000',
    unit: 'ms until its DHCP nodes have proven one port more (floor: dnsmasq alone)',
    bar: '<= 200 ms',
    needsLab: true,
    met: ({ value }) => value <= 200,
    run: async (bench) => {
      const { admin } = await bench.wholeCloud();
      return { floor: await bareServer(), value: await oneMore(admin) };
    },
  },
];
