import type { Command } from 'commander';
import { Failure } from '@weft/lab';
import { commandOf, execInto } from './exec';
import type { Output } from './output';
import { table } from './output';
import { labSession } from './session';

/** The lab in which these hosts run: a fault on a host that does not exist would be none, and say that it is. */
async function labWith(...names: readonly string[]) {
  const { hosts } = labSession(process.env);
  const running = (await hosts.list()).map(({ name }) => name);
  if (running.length === 0) throw new Failure('There are no hosts: npm start, as root, without --no-lab.');
  for (const name of names)
    if (!running.includes(name)) throw new Failure(`There is no host "${name}": ${running.join(', ')}.`);
  return hosts;
}

/** `weft lab …`: hosts of the lab, and what can go wrong with them. */
export function labCommands(program: Command, output: () => Output): void {
  const lab = program.command('lab').description("the lab's hosts, and faults on purpose");
  const done = (value: object, sentence: string) => output().result(value, () => sentence);

  lab
    .command('hosts')
    .description('the hosts, their addresses, and what is broken on purpose')
    .action(async () => {
      const { hosts, instances } = labSession(process.env);
      const list = await hosts.list();
      if (list.length === 0)
        return output().result([], () => 'There are no hosts: npm start, as root, without --no-lab');
      const faults = await hosts.faults.list();
      const rows = await Promise.all(
        list.map(async (host) => ({
          ...host,
          instances: (await instances.onHost(host.name)).map(({ name }) => name),
          linkDown: faults.linksDown.includes(host.index),
          partitionedFrom: faults.partitions.flatMap(([a, b]) =>
            a === host.index ? [`host${b}`] : b === host.index ? [`host${a}`] : [],
          ),
        })),
      );
      output().result(rows, () =>
        table(
          ['HOST', 'PID', 'UNDERLAY', 'MANAGEMENT', 'INSTANCES', 'FAULTS'],
          rows.map((row) => [
            ...[row.name, row.pid, row.tunnelIp, row.managementIp, row.instances.join(' ')],
            [row.linkDown ? 'link-down' : '', ...row.partitionedFrom.map((peer) => `no ${peer}`)]
              .filter(Boolean)
              .join(' '),
          ]),
        ),
      );
    });

  lab
    .command('exec <host> <command...>')
    .description('runs a command on a host: weft lab exec host1 -- ip -br link')
    .passThroughOptions()
    .action(async (host: string, command: string[]) => {
      await execInto((await labWith(host)).command(host, commandOf(command)), output());
    });

  lab
    .command('fault <host> <kind>')
    .description("link-down pulls the host's underlay cable, link-up plugs it in")
    .action(async (host: string, kind: string) => {
      const { faults } = await labWith(host);
      if (kind === 'link-down') await faults.linkDown(host);
      else if (kind === 'link-up') await faults.linkUp(host);
      else throw new Failure(`"${kind}" is no fault: link-down or link-up.`);
      done({ host, fault: kind }, `${host}: ${kind}`);
    });

  lab
    .command('partition <host> <peer>')
    .description('no frame passes between the two hosts any more')
    .action(async (host: string, peer: string) => {
      if (host === peer) throw new Failure(`A partition is between two hosts, and ${host} is one.`);
      await (await labWith(host, peer)).faults.partition(host, peer);
      done({ partition: [host, peer] }, `${host} and ${peer} cannot reach each other`);
    });

  lab
    .command('heal')
    .description('mends every cable and every partition')
    .action(async () => {
      await (await labWith()).faults.heal();
      done({ healed: true }, 'All faults are mended');
    });
}
