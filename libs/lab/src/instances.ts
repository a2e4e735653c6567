import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandOptions, CommandResult } from './command';
import { Failure } from './failure';
import type { Hosts } from './hosts';

/** A port as an instance needs it. */
export interface InstancePort {
  readonly id: string;
  readonly mac: string;
}

/** An instance as found on a host. */
export interface LabInstance {
  readonly name: string;
  readonly host: string;
  /** Its interfaces; `port` is known by the host-side device's alias. */
  readonly interfaces: readonly { readonly device: string; readonly port: string; readonly tap: string }[];
}

/** The host-side device of a port: the name that Neutron's agents and Weft's know it by. */
export const tapName = (port: string): string => `tap${port.slice(0, 11)}`;

/** Namespaces with this prefix are instances of the lab; those of agents (`qdhcp-` …) are not. */
const PREFIX = 'vm-';
const ASSETS = join(__dirname, '..', 'assets');

/** @throws Failure when it cannot name an instance, a namespace and a directory. */
export function requireInstanceName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name))
    throw new Failure(`"${name}" cannot name an instance: letters, digits, ".", "_" and "-", at most 63.`);
  return name;
}

const namespaceOf = (name: string): string => `${PREFIX}${requireInstanceName(name)}`;
const leaseDir = (namespace: string): string => `/run/weft-lab/${namespace}`;

interface Link {
  readonly ifname: string;
  readonly ifalias?: string;
  readonly address?: string;
}

/**
 * Instances of the lab: a network namespace on a host whose `eth0` has the port's MAC, and a real DHCP client in it. As
 * with a hypervisor, the host-side end appears on the host by itself, and wiring it is the node agent's work.
 */
export class Instances {
  constructor(private readonly hosts: Hosts) {}

  /**
   * Plugs an interface of the instance `name` in: `eth0`, or the next one when the instance runs already. The tap bears
   * the alias `weft-instance <name> <port> <device>`. Plugging the same port twice changes nothing.
   * @returns the device inside
   */
  async plug(host: string, name: string, port: InstancePort): Promise<string> {
    const namespace = namespaceOf(name);
    const present = (await this.onHost(host)).find((instance) => instance.name === name);
    const plugged = present?.interfaces.find((candidate) => candidate.port === port.id);
    if (plugged) return plugged.device;
    const used = new Set(present?.interfaces.map((candidate) => candidate.device));
    let index = 0;
    while (used.has(`eth${index}`)) index++;
    const device = `eth${index}`;
    const tap = tapName(port.id);
    if (!present) await this.makeNamespace(host, namespace);
    // MAC before up, alias before up: whoever hears of the tap sees it whole.
    await this.hosts.exec(host, ['ip', '-batch', '-'], {
      input: `link add ${tap} type veth peer name ${device} address ${port.mac} netns ${namespace}
link set ${tap} alias "weft-instance ${name} ${port.id} ${device}"
link set ${tap} up
`,
    });
    await this.hosts.exec(host, ['ip', '-n', namespace, 'link', 'set', device, 'up']);
    return device;
  }

  /** Starts the IPv4 DHCP client of an interface; it goes on in the background, as in any machine. */
  async startDhcp(host: string, name: string, device = 'eth0'): Promise<void> {
    const namespace = namespaceOf(name);
    const options = ['staticroutes', 'mtu', 'search', 'ntpsrv'].flatMap((option) => ['-O', option]);
    const timing = ['-t', '4', '-T', '1', '-A', '2'];
    await this.hosts.exec(
      host,
      // -f under setsid, not udhcpc's own -b: the caller must not wait for the first lease, which may never come, nor for the
      // end of its output.
      [
        ...['sh', '-c', 'exec setsid --fork "$@" >/dev/null 2>&1', 'sh'],
        ...['udhcpc', '-f', '-i', device, '-s', join(ASSETS, 'udhcpc.sh'), ...timing, ...options],
      ],
      { netns: namespace, env: this.clientEnvironment(namespace) },
    );
  }

  /** Starts the DHCPv6 client of an interface (stateful subnets; SLAAC needs none). */
  async startDhcp6(host: string, name: string, device = 'eth0'): Promise<void> {
    const namespace = namespaceOf(name);
    const dir = leaseDir(namespace);
    const files = ['-cf', '/dev/null', '-lf', `${dir}/${device}.dhclient6`, '-pf', `${dir}/${device}.pid6`];
    const pass = ['-e', `WEFT_LEASE_DIR=${dir}`];
    // DUID-LL: the same machine has the same identity after a restart.
    await this.hosts.exec(
      host,
      ['dhclient', '-6', '-nw', '-D', 'LL', ...files, ...pass, '-sf', join(ASSETS, 'dhclient6.sh'), device],
      { netns: namespace, env: this.clientEnvironment(namespace) },
    );
  }

  /** The address that DHCP gave (`10.0.0.5/24`), waiting for it. Null: none within `timeoutMs`. */
  async lease(host: string, name: string, options: { device?: string; family?: 4 | 6; timeoutMs?: number } = {}) {
    const { device = 'eth0', family = 4, timeoutMs = 15_000 } = options;
    const file = `${leaseDir(namespaceOf(name))}/${device}.ipv${family}`;
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const answer = await this.hosts.attempt(host, ['cat', file]);
      if (answer.code === 0) return answer.stdout.trim();
      if (Date.now() > deadline) return null;
      await sleep(25);
    }
  }

  /** Whether the interface has that IPv6 address and nobody else claimed it (RFC 4862, 5.4), waiting for it. */
  async usable(
    host: string,
    name: string,
    { device, address, timeoutMs }: { device: string; address: string; timeoutMs: number },
  ): Promise<boolean> {
    const show = ['ip', '-n', namespaceOf(name), '-6', '-o', 'address', 'show', 'dev', device, '-tentative'];
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { code, stdout } = await this.hosts.attempt(host, show);
      if (code === 0 && stdout.includes(` ${address}/`)) return true;
      if (Date.now() > deadline) return false;
      await sleep(100);
    }
  }

  /** Takes one interface out; its DHCP clients end with it. No error when it is not there. */
  async unplug(host: string, name: string, port: string): Promise<void> {
    const instance = (await this.onHost(host)).find((candidate) => candidate.name === name);
    const plugged = instance?.interfaces.find((candidate) => candidate.port === port);
    if (!plugged) return;
    const namespace = namespaceOf(name);
    await this.endClients(host, namespace, plugged.device);
    await this.hosts.exec(host, ['ip', 'link', 'delete', plugged.tap]);
    const files = ['ipv4', 'ipv6', 'pid6', 'dhclient6'].map(
      (kind) => `${leaseDir(namespace)}/${plugged.device}.${kind}`,
    );
    await this.hosts.exec(host, ['rm', '-f', ...files]);
  }

  /** Ends everything that runs in the instance and takes it off the host. No error when it is not there. */
  async destroy(host: string, name: string): Promise<void> {
    const namespace = namespaceOf(name);
    if (!(await this.hosts.namespaces(host)).includes(namespace)) return;
    const taps = (await this.onHost(host)).find((candidate) => candidate.name === name)?.interfaces ?? [];
    const kill = 'for pid in $(ip netns pids "$1"); do kill -9 "$pid" 2>/dev/null || true; done';
    await this.hosts.exec(host, ['sh', '-euc', kill, 'weft', namespace]);
    // The taps by name: the kernel takes a namespace's devices away some time after the namespace.
    for (const { tap } of taps) await this.hosts.exec(host, ['ip', 'link', 'delete', tap]);
    await this.hosts.exec(host, ['ip', 'netns', 'delete', namespace]);
    await this.hosts.exec(host, ['rm', '-rf', `/etc/netns/${namespace}`, leaseDir(namespace)]);
  }

  /** Every instance of every host. */
  async list(): Promise<readonly LabInstance[]> {
    const hosts = await this.hosts.list();
    return (await Promise.all(hosts.map(({ name }) => this.onHost(name)))).flat();
  }

  /** The instances of one host: its namespaces, and the aliases of its taps. */
  async onHost(host: string): Promise<readonly LabInstance[]> {
    const names = (await this.hosts.namespaces(host)).filter((namespace) => namespace.startsWith(PREFIX));
    const links = JSON.parse(await this.hosts.exec(host, ['ip', '-j', 'link', 'show'])) as Link[];
    const plugged = links.flatMap(({ ifname, ifalias }) => {
      const [mark, name, port, device] = ifalias?.split(' ') ?? [];
      return mark === 'weft-instance' && name && port && device ? [{ name, port, device, tap: ifname }] : [];
    });
    return names.map((namespace) => {
      const name = namespace.slice(PREFIX.length);
      const interfaces = plugged
        .filter((candidate) => candidate.name === name)
        .map(({ device, port, tap }) => ({ device, port, tap }))
        .sort((a, b) => a.device.localeCompare(b.device));
      return { name, host, interfaces };
    });
  }

  /** Runs a command in the instance; a failing one is an answer, too. */
  exec(host: string, name: string, argv: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return this.hosts.attempt(host, argv, { ...options, netns: namespaceOf(name) });
  }

  /** The full command line that runs `argv` in the instance (for `exec`s that need the terminal). */
  command(host: string, name: string, argv: readonly string[]): string[] {
    return this.hosts.command(host, argv, namespaceOf(name));
  }

  private async makeNamespace(host: string, namespace: string): Promise<void> {
    await this.hosts.exec(host, ['mkdir', '-p', `/etc/netns/${namespace}`, leaseDir(namespace)]);
    // There before the first `ip netns exec`, which mounts it over /etc/resolv.conf.
    await this.hosts.exec(host, ['touch', `/etc/netns/${namespace}/resolv.conf`]);
    await this.hosts.exec(host, ['ip', 'netns', 'add', namespace]);
    // An instance is an end host, whatever this machine's defaults are.
    const settings = { forwarding: 0, accept_ra: 1, autoconf: 1, disable_ipv6: 0 };
    const lines = Object.entries(settings).flatMap(([key, value]) =>
      ['all', 'default'].map((scope) => `echo ${value} > /proc/sys/net/ipv6/conf/${scope}/${key}`),
    );
    await this.hosts.exec(host, ['sh', '-euc', [...lines, 'ip link set lo up'].join('\n')], { netns: namespace });
  }

  private clientEnvironment(namespace: string): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, WEFT_NETNS: namespace, WEFT_LEASE_DIR: leaseDir(namespace) };
  }

  private async endClients(host: string, namespace: string, device: string): Promise<void> {
    const kill = `for pid in $(ip netns pids "$1"); do
  case "$(tr '\\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null || true)" in
    udhcpc*" -i $2 "* | dhclient*" $2 ") kill -9 "$pid" 2>/dev/null || true ;;
  esac
done`;
    await this.hosts.exec(host, ['sh', '-euc', kill, 'weft', namespace, device]);
  }
}
