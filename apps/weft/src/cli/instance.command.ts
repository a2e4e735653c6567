import type { Command } from 'commander';
import type { BootRequest, BootedInstance, OnStep } from '@weft/lab';
import { commandOf, execInto } from './exec';
import type { Output } from './output';
import { table } from './output';
import { openSession } from './session';
import type { SettingsFiles } from './instance.settings';
import { readSettings, removeSettings } from './instance.settings';

type Target = Pick<BootRequest, 'network' | 'subnet' | 'port' | 'host'> & { readonly securityGroup: readonly string[] };

/** `weft instance …`: the lab's compute service. */
export function instanceCommands(program: Command, output: () => Output): void {
  const instance = program
    .command('instance')
    .description('instances of the lab: a namespace each, with a real DHCP client');

  const progress: OnStep = (what, milliseconds) => output().progress(`  ${what} (${milliseconds.toFixed(0)} ms)`);
  const describe = (booted: BootedInstance) =>
    `${booted.name} on ${booted.host}: ${booted.lease ?? booted.addresses.join(', ')} (port ${booted.port}, ${booted.mac})`;

  target(instance.command('boot <name>'))
    .description('creates a port (or takes one), binds it, plugs it in, waits for ACTIVE and for the addresses')
    .option('--host <host>', 'host1 … (default: the one with the fewest instances)')
    .option('--user-data <file>', 'what it finds as user data at 169.254.169.254')
    .option('--key <file>', "an OpenSSH public key that it finds there; its name is the file's", collect, [])
    .action(async (name: string, { userData, key, securityGroup, ...options }: Target & SettingsFiles) => {
      const { cloud, metadata } = openSession(process.env);
      const layDown = readSettings({ userData, key });
      const request = { name, ...options, securityGroups: securityGroup };
      const booted = await cloud.boot(request, progress, () => layDown(metadata, name));
      output().result(booted, () => describe(booted));
    });

  target(instance.command('attach <name>'))
    .description('one more interface for a running instance')
    .action(async (name: string, { securityGroup, ...options }: Target) => {
      const request = { ...options, securityGroups: securityGroup };
      const booted = await openSession(process.env).cloud.attach(name, request, progress);
      output().result(booted, () => describe(booted));
    });

  instance
    .command('detach <name>')
    .description('takes an interface out; a port that was made for it is deleted')
    .option('--port <port>', 'name or id')
    .option('--network <network>', 'name or id, if the instance has one interface there')
    .action(async (name: string, options: { port?: string; network?: string }) => {
      await openSession(process.env).cloud.detach(name, options);
      output().result({ name, detached: options }, () => `Interface of ${name} taken out`);
    });

  instance
    .command('list')
    .description('every instance that the API or a host knows, of all projects')
    .action(async () => {
      const instances = await openSession(process.env).cloud.list();
      output().result(instances, () =>
        table(
          ['NAME', 'HOST', 'STATE', 'PORT', 'ADDRESSES', 'STATUS'],
          instances.flatMap(({ name, host, state, ports }) =>
            ports.length === 0
              ? [[name, host, state, null, null, null]]
              : ports.map(({ id, addresses, status }) => [name, host, state, id, addresses.join(' '), status]),
          ),
        ),
      );
    });

  instance
    .command('delete <name>')
    .description('ends an instance and deletes the ports that were made for it')
    .action(async (name: string) => {
      const { cloud, metadata } = openSession(process.env);
      await cloud.delete(name);
      removeSettings(metadata, name);
      output().result({ name, deleted: true }, () => `Instance ${name} deleted`);
    });

  instance
    .command('exec <name> <command...>')
    .description('runs a command in an instance: weft instance exec vm1 -- ping -c3 10.0.0.5')
    .passThroughOptions()
    .action(async (name: string, command: string[]) => {
      const { cloud, instances } = openSession(process.env);
      const host = await cloud.requireInstance(name);
      await execInto(instances.command(host, name, commandOf(command)), output());
    });
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const target = (command: Command): Command =>
  command
    .option('--network <network>', 'name or id (default: the only one there is)')
    .option('--subnet <subnet>', 'name or id of a subnet of it')
    .option('--port <port>', 'an existing port instead of a network')
    .option(
      '--security-group <group>',
      "name or id of a group that its port is in; repeatable (default: the project's default group)",
      collect,
      [],
    );
