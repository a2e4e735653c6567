import type { NetworkFact, PortFact } from '@weft/contracts';
import { hostName } from '@weft/dataplane';
import { networkData } from './network.data';

/** What the user of a lab says of an instance (`settings.json`). */
export interface InstanceSettings {
  /** OpenSSH public keys by name. */
  readonly publicKeys?: Readonly<Record<string, string>>;
  /** Free pairs, `meta` in OpenStack's documents. */
  readonly meta?: Readonly<Record<string, string>>;
}

export interface Instance {
  /** The one that it asks from. */
  readonly port: PortFact;
  /** All of its ports that this node knows in that network. */
  readonly ports: readonly PortFact[];
  readonly network: NetworkFact | null;
  readonly settings: InstanceSettings;
  readonly userData: Buffer | null;
  readonly availabilityZone: string;
}

/** Path → content. */
export type Documents = ReadonlyMap<string, string | Buffer>;

/** What an instance can ask for, in the shapes of EC2 (`/latest/`) and OpenStack (`/openstack/latest/`): what cloud-init reads. */
export function documentsOf(instance: Instance): Documents {
  return new Map([...VERSIONS, ...ec2(instance), ...openStack(instance)]);
}

type Entries = [path: string, content: string | Buffer][];

/** What a guest looks for first. All of them are served as the latest. */
const VERSIONS: Entries = [
  ['/', '1.0\n2009-04-04\nlatest'],
  ['/openstack/', '2018-08-27\nlatest'],
];

function ec2({ port, settings, userData, availabilityZone, network }: Instance): Entries {
  const ipv4 = firstIpv4(port);
  const name = nameOf(port, network);
  const facts = {
    'ami-launch-index': '0',
    hostname: name,
    'instance-id': port.deviceId,
    'local-hostname': name,
    ...(ipv4 !== undefined && { 'local-ipv4': ipv4 }),
    mac: port.mac,
    'placement/availability-zone': availabilityZone,
  };
  const keys = Object.entries(settings.publicKeys ?? {});
  return [
    ...Object.entries(facts).map(([key, value]): Entries[number] => [`/latest/meta-data/${key}`, value]),
    // A list of its own kind: `0=name`, and below `0/` the key.
    ...(keys.length > 0
      ? ([['/latest/meta-data/public-keys/', keys.map(([key], n) => `${n}=${key}`).join('\n')]] satisfies Entries)
      : []),
    ...keys.map(([, key], n): Entries[number] => [`/latest/meta-data/public-keys/${n}/openssh-key`, key]),
    ...(userData ? ([['/latest/user-data', userData]] satisfies Entries) : []),
  ];
}

function openStack(instance: Instance): Entries {
  const { port, settings, userData, availabilityZone, network } = instance;
  const keys = Object.entries(settings.publicKeys ?? {});
  const name = nameOf(port, network);
  const metaData = {
    uuid: port.deviceId,
    name: port.dnsName || name,
    hostname: name,
    project_id: port.projectId,
    availability_zone: availabilityZone,
    launch_index: 0,
    meta: settings.meta ?? {},
    ...(keys.length > 0 && {
      public_keys: settings.publicKeys,
      keys: keys.map(([key, data]) => ({ name: key, type: 'ssh', data })),
    }),
    devices: [],
  };
  const documents: Record<string, object> = {
    'meta_data.json': metaData,
    'network_data.json': networkData(instance),
    'vendor_data.json': {},
    'vendor_data2.json': { static: {} },
  };
  return [
    ...Object.entries(documents).map(([file, content]): Entries[number] => [
      `/openstack/latest/${file}`,
      JSON.stringify(content),
    ]),
    ...(userData ? ([['/openstack/latest/user_data', userData]] satisfies Entries) : []),
  ];
}

const firstIpv4 = ({ addresses }: PortFact): string | undefined => addresses.find(({ ip }) => !ip.includes(':'))?.ip;

/** The same name as by DHCP and DNS. */
function nameOf(port: PortFact, network: NetworkFact | null): string {
  const ip = firstIpv4(port) ?? port.addresses[0]?.ip;
  const name = port.dnsName || (ip === undefined ? '' : hostName(ip));
  if (name === '') return port.deviceId;
  return network?.dnsDomain ? `${name}.${network.dnsDomain}` : name;
}
