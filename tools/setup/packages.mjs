import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Failure } from './failure.mjs';

/** Directories where programs are looked for: a plain user's PATH lacks the sbin ones. */
const DIRECTORIES = [
  ...new Set([...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin']),
];

const program = (name) => () =>
  DIRECTORIES.some((directory) => {
    try {
      accessSync(`${directory}/${name}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const postgres = () =>
  existsSync('/usr/lib/postgresql') &&
  readdirSync('/usr/lib/postgresql').some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/postgres`));

/** Debian package → is what we need of it here? Probing programs instead of asking dpkg makes the list true on any Linux. */
export const NATS = { name: 'nats-server', present: program('nats-server') };
export const POSTGRES = { name: 'postgresql', present: postgres };
export const LAB = [
  { name: 'iproute2', present: program('ip') },
  { name: 'nftables', present: program('nft') },
  { name: 'conntrack', present: program('conntrack') },
  { name: 'dnsmasq-base', present: program('dnsmasq') },
  { name: 'dnsmasq-utils', present: program('dhcp_release') },
  { name: 'udhcpc', present: program('udhcpc') },
  { name: 'isc-dhcp-client', present: program('dhclient') },
  { name: 'iputils-ping', present: program('ping') },
  { name: 'procps', present: program('sysctl') },
];
export const TESTS = [
  { name: 'tcpdump', present: program('tcpdump') },
  { name: 'curl', present: program('curl') },
  { name: 'keepalived', present: program('keepalived') },
  { name: 'python3-openstackclient', present: program('openstack') },
  { name: 'python3-neutronclient', present: program('neutron') },
  { name: 'keystone', present: program('keystone-manage') },
];

export const missing = (requirements) => requirements.filter(({ present }) => !present()).map(({ name }) => name);

/**
 * Installs what is missing, by name. The services that some packages bring are not started: Weft runs its own.
 * @throws {Failure} one sentence when that cannot be done
 */
export function install(names, say) {
  if (names.length === 0) return;
  const list = names.join(' ');
  if (process.getuid?.() !== 0)
    throw new Failure(`These packages are missing and only root can install them: sudo apt-get install ${list}`);
  if (!program('apt-get')()) throw new Failure(`These packages are missing and this system has no apt-get: ${list}`);
  say(`Installing system packages: ${list}`);
  const apt = (...args) =>
    spawnSync('apt-get', ['-q', '-o', 'Dpkg::Use-Pty=0', ...args], {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const restore = keepServicesDown();
  try {
    // Old lists are the usual reason for a failure, so they are renewed only then: it costs more than the packages.
    let result = apt('install', '-y', '--no-install-recommends', ...names);
    if (result.status !== 0) {
      apt('update');
      result = apt('install', '-y', '--no-install-recommends', ...names);
    }
    if (result.status !== 0) {
      const words = `${result.stderr ?? ''}`.trim().split('\n').slice(-3).join(' ');
      throw new Failure(
        `apt-get could not install ${list}: ${words || result.error?.message || `exit ${result.status}`}`,
      );
    }
  } finally {
    restore();
  }
}

/** Debian asks /usr/sbin/policy-rc.d before it starts a service; and no default PostgreSQL cluster is made for nobody. */
function keepServicesDown() {
  const policy = '/usr/sbin/policy-rc.d';
  const clusterPolicy = '/etc/postgresql-common/createcluster.conf';
  const written = [];
  const write = (file, text, mode) => {
    if (existsSync(file)) return;
    writeFileSync(file, text, { mode });
    written.push(file);
  };
  write(policy, '#!/bin/sh\nexit 101\n', 0o755);
  if (!existsSync('/etc/postgresql-common')) {
    spawnSync('mkdir', ['-p', '/etc/postgresql-common']);
    // Stays: an upgrade must not make a cluster, either.
    writeFileSync(
      clusterPolicy,
      '# Written by weft before PostgreSQL was installed: no cluster nobody asked for.\ncreate_main_cluster = false\n',
    );
  }
  return () => written.forEach((file) => rmSync(file, { force: true }));
}
