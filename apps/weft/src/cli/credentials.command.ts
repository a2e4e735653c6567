import type { Command } from 'commander';
import { type BrokerUser, brokerUserName, brokerUserOf, permissionsOf, SERVICE_NAMES } from '@weft/contracts';
import { BrokerCredentials, Failure, reloadNats } from '@weft/lab';
import { openHome } from '../supervisor/home';
import type { Output } from './output';
import { table } from './output';

interface Place {
  readonly dir?: string;
}

const SERVICES_AND_OPERATOR: readonly BrokerUser[] = [...SERVICE_NAMES, 'operator' as const].map((role) => ({
  role,
}));

/** `weft credentials`: who may connect to the broker, and do what there. */
export function credentialsCommands(program: Command, output: () => Output): void {
  const credentials = program
    .command('credentials')
    .description("the broker's users: services and nodes, each with a seed of its own and its own subjects");
  const command = (usage: string, description: string) =>
    credentials
      .command(usage)
      .description(description)
      .option('--dir <dir>', "where they are; default: WEFT_NATS_CREDENTIALS, else the private broker's");

  command('issue [user...]', 'makes what is missing: ipam, node.NAME …; without a name all services').action(
    (names: readonly string[], place: Place) => {
      const users = names.length === 0 ? SERVICES_AND_OPERATOR : names.map(named);
      const { store, reload } = open(place);
      const fresh = store.issue(users);
      const reloaded = reload();
      const result = users.map((user) => ({
        user: brokerUserName(user),
        seed: store.seedFile(user),
        fresh: fresh.includes(user),
      }));
      output().result({ users: result, configuration: store.configuration, reloaded }, () =>
        [
          table(
            ['USER', 'SEED', ''],
            result.map(({ user, seed, fresh: isNew }) => [user, seed, isNew ? 'new' : 'kept']),
          ),
          told(store, reloaded),
        ].join('\n\n'),
      );
    },
  );
  command('revoke <user>', 'takes credentials away: who has them is disconnected').action(
    (name: string, place: Place) => {
      const { store, reload } = open(place);
      if (!store.revoke(named(name))) throw new Failure(`${name} has no credentials in ${store.dir}.`);
      const reloaded = reload();
      output().result({ user: name, configuration: store.configuration, reloaded }, () => told(store, reloaded));
    },
  );
  command('list', 'who has credentials, and what each may publish and subscribe').action((place: Place) => {
    const users = [...open(place).store.users()].map(([key, user]) => ({
      ...{ user: brokerUserName(user), key },
      ...permissionsOf(user),
    }));
    output().result(users, () =>
      users
        .map(({ user, key, publish, subscribe }) =>
          [`${user}  ${key}`, `  publish    ${publish.join(' ')}`, `  subscribe  ${subscribe.join(' ')}`].join('\n'),
        )
        .join('\n'),
    );
  });
}

/** A node's name may hold dots: it is one word here, and one token there. */
function named(name: string): BrokerUser {
  const host = /^node\.(.+)$/.exec(name)?.[1];
  const user = host === undefined ? brokerUserOf(name) : ({ role: 'node', host } as const);
  if (user) return user;
  throw new Failure(`"${name}" is no user: ${SERVICES_AND_OPERATOR.map(brokerUserName).join(', ')}, or node.NAME.`);
}

function open({ dir }: Place): { readonly store: BrokerCredentials; readonly reload: () => boolean } {
  const given = dir ?? process.env.WEFT_NATS_CREDENTIALS;
  if (given) return { store: new BrokerCredentials(given), reload: () => false };
  const home = openHome(process.env);
  return { store: new BrokerCredentials(home.natsCredentials), reload: () => reloadNats(home.nats) };
}

const told = ({ configuration }: BrokerCredentials, reloaded: boolean): string =>
  reloaded
    ? 'The broker has been told.'
    : `For the broker: include ${configuration} in its configuration, then nats-server --signal reload.`;
