import type { SpawnOptions } from 'node:child_process';
import type { CommandOptions, CommandResult } from './command';
import { CommandError, attempt, run } from './command';
import { Failure } from './failure';
import * as faults from './faults';
import type { Faults } from './faults';
import { findHolders, insideHost, startHolder, unshareOf } from './host-holder';
import { HostProcess } from './host-process';
import { labId, labNames } from './identity';
import * as management from './management';
import type { ProcessInfo } from './process';
import { end } from './process';
import * as underlay from './underlay';

/** A host of the lab, as found on the machine. */
export interface LabHost {
  /** `host1` … */
  readonly name: string;
  readonly index: number;
  /** PID 1 of the host, in the machine's own numbering. */
  readonly pid: number;
  /** Address on the underlay: `WEFT_TUNNEL_IP`. */
  readonly tunnelIp: string;
  /** Address on the management network. */
  readonly managementIp: string;
  /** The machine's own address there: where the host reaches the control plane. */
  readonly machineIp: string;
}

export interface HostsOptions {
  /** The lab's home: every name and subnet follows from its path, so that labs do not meet. */
  readonly home: string;
  /** Bytes. Default 1550: room for VXLAN around frames of 1500. */
  readonly underlayMtu?: number;
  /** Hosts die with this process (tests). Default false: they outlive a killed supervisor, as machines do. */
  readonly attached?: boolean;
}

const indexOf = (name: string): number => {
  const match = /^host([1-9]\d{0,2})$/.exec(name);
  if (!match || Number(match[1]) > 250) throw new Failure(`"${name}" is no host of the lab: hosts are host1, host2 …`);
  return Number(match[1]);
};

/**
 * Several hosts on one machine: each has its own network, mount, PID and UTS namespaces, its own `/run/netns`, `/etc/netns`
 * and `/sys`; an underlay joins them (`eth0`, 10.99.0.k; the physical network `physnet1` on `eth1`), and a management
 * network (`mgmt0`, 10.98.x.k) joins each to the machine itself. Nothing is remembered: everything is found on the machine.
 */
export class Hosts {
  readonly id: string;
  private readonly underlayMtu: number;
  private readonly attached: boolean;

  constructor(options: HostsOptions) {
    this.id = labId(options.home);
    this.underlayMtu = options.underlayMtu ?? 1550;
    this.attached = options.attached ?? false;
  }

  /** Makes `count` hosts, or those of them that are missing. Answers the address of the machine on the management network. */
  async up(count: number): Promise<{ readonly managementAddress: string; readonly hosts: readonly LabHost[] }> {
    const subnet = await management.makeManagement(this.id);
    await underlay.makeUnderlay(this.id, this.underlayMtu);
    const holders = findHolders(this.id);
    for (let index = 1; index <= count; index++)
      if (!(await this.isComplete(holders.get(`host${index}`)))) await this.makeHost(index, subnet);
    return { managementAddress: management.managementAddress(subnet), hosts: await this.list() };
  }

  /** The hosts that run, by index. */
  async list(): Promise<readonly LabHost[]> {
    const subnet = (await management.managementSubnet(this.id)) ?? '';
    return [...findHolders(this.id)]
      .map(([name, { pid }]) => {
        const index = indexOf(name);
        return {
          name,
          index,
          pid,
          tunnelIp: underlay.underlayAddress(index),
          managementIp: `${subnet}.${index}`,
          machineIp: management.managementAddress(subnet),
        };
      })
      .sort((a, b) => a.index - b.index);
  }

  /** Ends every process of every host and takes away all that the lab made. No error when there is nothing. */
  async down(): Promise<void> {
    await Promise.all([...findHolders(this.id).values()].map((holder) => this.endHost(holder)));
    await management.removeManagement(this.id);
    const { underlay: namespace } = labNames(this.id);
    const answer = await attempt(['ip', 'netns', 'delete', namespace]);
    if (answer.code !== 0 && !answer.stderr.includes('No such file'))
      throw new CommandError(['ip', 'netns', 'delete', namespace], answer);
  }

  /** `kill -9` of a whole host with all that runs on it. `up()` makes it anew. */
  async crash(host: string): Promise<void> {
    await this.endHost(this.holder(host));
    await underlay.unplugUnderlay(this.id, indexOf(host));
    await management.unplugManagement(this.id, indexOf(host));
  }

  /** Runs a command on a host to its end. The working directory is `/`. */
  exec(host: string, argv: readonly string[], options?: CommandOptions & { netns?: string }): Promise<string> {
    return run(this.command(host, argv, options?.netns), options);
  }

  /** Like {@link exec}, but a failing command is an answer, too. */
  attempt(
    host: string,
    argv: readonly string[],
    options?: CommandOptions & { netns?: string },
  ): Promise<CommandResult> {
    return attempt(this.command(host, argv, options?.netns), options);
  }

  /** Starts a command on a host with the caller's stdio. */
  spawn(host: string, argv: readonly string[], options: SpawnOptions & { netns?: string } = {}): HostProcess {
    const { netns, ...rest } = options;
    return new HostProcess(this.command(host, argv, netns), rest);
  }

  /** Names of the network namespaces on a host. */
  async namespaces(host: string): Promise<string[]> {
    const text = await this.exec(host, ['ip', '-j', 'netns', 'list']);
    return text.trim() === '' ? [] : (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
  }

  readonly faults = {
    linkDown: async (host: string): Promise<void> => void (await faults.linkDown(this.id, indexOf(host))),
    linkUp: async (host: string): Promise<void> => void (await faults.linkUp(this.id, indexOf(host))),
    partition: (a: string, b: string): Promise<void> => faults.partition(this.id, indexOf(a), indexOf(b)),
    heal: (): Promise<void> => faults.heal(this.id),
    list: (): Promise<Faults> => faults.readFaults(this.id),
  };

  /** The full command line that runs `argv` on a host (for `exec`s that need the terminal). */
  command(host: string, argv: readonly string[], netns?: string): string[] {
    return insideHost(this.holder(host), argv, netns);
  }

  private holder(host: string): ProcessInfo {
    indexOf(host);
    const holder = findHolders(this.id).get(host);
    if (!holder) throw new Failure(`${host} does not run (weft lab hosts).`);
    return holder;
  }

  /** A host whose maker was killed half-way lacks an address: it is made anew. */
  private async isComplete(holder: ProcessInfo | undefined): Promise<boolean> {
    if (holder === undefined) return false;
    const answer = await attempt(
      insideHost(holder, ['ip', '-4', '-o', 'address', 'show', 'dev', management.MANAGEMENT_DEVICE]),
    );
    return answer.code === 0 && answer.stdout.trim() !== '';
  }

  private async makeHost(index: number, subnet: string): Promise<void> {
    const name = `host${index}`;
    const leftover = findHolders(this.id).get(name);
    if (leftover) await this.endHost(leftover);
    await underlay.unplugUnderlay(this.id, index);
    await management.unplugManagement(this.id, index);
    const holder = await startHolder(this.id, name, this.attached);
    await underlay.plugUnderlay(this.id, index, holder.pid, this.underlayMtu);
    await management.plugManagement(this.id, index, holder.pid);
    // The management address comes last: it is what isComplete() looks for.
    await run(insideHost(holder, ['ip', '-batch', '-']), {
      input: `link set ${underlay.UNDERLAY_DEVICE} up
link set ${underlay.PROVIDER_DEVICE} up
link set ${management.MANAGEMENT_DEVICE} up
address add ${underlay.underlayAddress(index)}/24 dev ${underlay.UNDERLAY_DEVICE}
address add ${subnet}.${index}/24 dev ${management.MANAGEMENT_DEVICE}
`,
    });
  }

  private async endHost(holder: ProcessInfo): Promise<void> {
    const outer = unshareOf(holder);
    // PID 1's death is the end of every process in its namespace.
    await end(holder, 'SIGKILL');
    if (outer) await end(outer, 'SIGKILL');
  }
}
