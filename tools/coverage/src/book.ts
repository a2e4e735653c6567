/**
 * What "Learning OpenStack Networking (Neutron)" (J. Denton, 2nd edition) demonstrates (`SC-<chapter>.<n>`), refuses (`NG-<n>`) and
 * complains of (`FX-<n>`) in its chapters 3 to 6, and where Weft proves its answer. A number stands in the text of each test file that is named.
 */

const E2E_NETWORKS = 'tests/e2e/book-networks.e2e.ts';
const E2E_SUBNETS = 'tests/e2e/book-subnets.e2e.ts';
const E2E_DHCP = 'tests/e2e/book-dhcp.e2e.ts';
const E2E_SECURITY = 'tests/e2e/book-security.e2e.ts';
const E2E_FILTER = 'tests/e2e/book-filter.e2e.ts';
const E2E_PORT_SECURITY = 'tests/e2e/book-port-security.e2e.ts';
const DHCP = 'tests/kernel/agent-dhcp.kernel.ts';
const LEASES = 'tests/kernel/agent-dhcp-leases.kernel.ts';
const IPV6 = 'tests/kernel/agent-dhcp6.kernel.ts';
const METADATA = 'tests/kernel/agent-metadata.kernel.ts';
const METADATA_UPSTREAM = 'tests/kernel/agent-metadata-upstream.kernel.ts';
const SECURITY = 'tests/kernel/agent-security.kernel.ts';
const SPOOF = 'tests/kernel/filter-spoof.kernel.ts';
const VLAN = 'tests/kernel/agent-vlan.kernel.ts';
const NETWORK_STATES = 'tests/kernel/agent-segments.kernel.ts';
const SEGMENTS = 'services/ipam/test/segments.int.ts';
const IPAM = 'services/ipam/test/ipam.int.ts';
const PORT_SECURITY = 'services/ipam/test/port-security.int.ts';
const NETWORK_PLAN = 'services/node-agent/src/planners/network/network.plan.spec.ts';

export interface Scenario {
  readonly what: string;
  /** Test files, from the repository's root; none: `why` says why not. */
  readonly tests: readonly string[];
  readonly why?: string;
}

export interface Complaint {
  readonly what: string;
  readonly state: 'fixed' | 'in part' | 'open' | 'does not arise';
  /** How it is fixed, or why it is not. */
  readonly answer: string;
  readonly tests: readonly string[];
}

const NO_OVS = 'Open vSwitch is a later dataplane; Weft’s is the Linux bridge';
const proven = (what: string, ...tests: string[]): Scenario => ({ what, tests });
const unproven = (what: string, why: string): Scenario => ({ what, tests: [], why });

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'SC-3.1': proven('the DHCP agents check in', E2E_NETWORKS),
  'SC-3.2': proven('the metadata agents check in, and a dead agent shows as dead', E2E_NETWORKS, E2E_DHCP),
  'SC-3.3': proven(
    'a metadata request’s way to the compute service, signed; a forged one is refused',
    METADATA_UPSTREAM,
    'services/node-agent/test/metadata-upstream.int.ts',
  ),
  'SC-4.1': proven('Linux bridge agents on every node', E2E_NETWORKS),
  'SC-4.2': unproven('Open vSwitch agents', NO_OVS),
  'SC-4.3': proven('three instances on a VLAN', E2E_NETWORKS, VLAN, NETWORK_PLAN),
  'SC-4.4': proven('one of them moves to another VLAN', E2E_NETWORKS, VLAN),
  'SC-4.5': proven(
    'a flat network in its bridge, untagged; the lab has no second card for the second one',
    E2E_NETWORKS,
    VLAN,
  ),
  'SC-4.6': proven('a VXLAN network with static entries', E2E_NETWORKS, VLAN),
  'SC-4.7': proven('local networks', E2E_NETWORKS),
  'SC-4.8': unproven('ports and local tags of an Open vSwitch', NO_OVS),
  'SC-4.9': unproven('VLANs by flow rules', NO_OVS),
  'SC-4.10': unproven('a flat network by flow rules', NO_OVS),
  'SC-4.11': unproven('local networks on Open vSwitch', NO_OVS),
  'SC-4.12': proven('what a network has on a node goes with its last port there', E2E_NETWORKS, VLAN),
  'SC-4.13': proven('the MTU by DHCP', E2E_NETWORKS, IPV6),
  'SC-4.14': proven('a tunnel from every node to every other', E2E_NETWORKS),
  'SC-5.1': proven('a flat provider network', E2E_SUBNETS),
  'SC-5.2': proven('a second one on the same card is refused', E2E_SUBNETS),
  'SC-5.3': proven('two VLANs beside it', E2E_SUBNETS, SEGMENTS),
  'SC-5.4': proven('what a tenant sees and may change', E2E_SUBNETS),
  'SC-5.5': proven('segments by the order of types, until all are spent', E2E_SUBNETS, SEGMENTS),
  'SC-5.6': proven('the defaults of a subnet', E2E_SUBNETS, IPAM),
  'SC-5.7': proven('pools with a hole', E2E_SUBNETS, IPAM),
  'SC-5.8': proven('host routes are replaced by an update', E2E_SUBNETS),
  'SC-5.9': proven('a gateway is cleared', E2E_SUBNETS),
  'SC-5.10': proven('a tenant’s own network', E2E_SUBNETS),
  'SC-5.11': proven('the port and the namespace of a DHCP server', E2E_DHCP, DHCP),
  'SC-5.12': proven('namespaces of networks with DHCP only', E2E_DHCP, DHCP),
  'SC-5.13': proven('the exchange of a lease', E2E_DHCP, DHCP, LEASES),
  'SC-5.14': proven('what the ACK contains', E2E_DHCP, DHCP),
  'SC-5.15': proven('metadata without a router', E2E_DHCP, METADATA, METADATA_UPSTREAM),
  'SC-5.16': proven('metadata by a route made by hand', E2E_DHCP, METADATA, METADATA_UPSTREAM),
  'SC-5.17': proven('a network goes down and up', E2E_DHCP, DHCP, NETWORK_STATES),
  'SC-5.18': proven('an ambiguous attachment is refused', E2E_DHCP, 'tests/e2e/one-machine.e2e.ts'),
  'SC-5.19': proven('interfaces are attached and detached', E2E_DHCP, 'tests/e2e/one-machine.e2e.ts'),
  'SC-5.20': proven('a network without DHCP', E2E_DHCP, DHCP, NETWORK_PLAN),
  'SC-5.21': proven('several DHCP servers, and the loss of one', E2E_DHCP, LEASES, 'tests/e2e/newcomer.e2e.ts'),
  'SC-6.1': proven('a group for web servers, open for two ports from anywhere', E2E_SECURITY),
  'SC-6.2': proven('it replaces the default group of a port', E2E_FILTER, SECURITY, PORT_SECURITY),
  'SC-6.3': proven('what the node makes of its rules: two ports, the DHCP server, nothing else', E2E_FILTER),
  'SC-6.4': proven('an instance sends in its own name alone, of IP and MAC', E2E_FILTER, SPOOF),
  'SC-6.5': proven('an instance is served by DHCP, and serves none', E2E_FILTER, SPOOF),
  'SC-6.6': proven('answers pass, and what answers nothing does not', E2E_FILTER, E2E_PORT_SECURITY),
  'SC-6.7': proven('rules change under a running instance', E2E_FILTER),
  'SC-6.8': proven('a group admits the members of another, whoever becomes one', E2E_FILTER, SECURITY),
  'SC-6.9': proven('a network without port security', E2E_PORT_SECURITY, SECURITY, PORT_SECURITY),
  'SC-6.10': proven('one port without it', E2E_PORT_SECURITY, SECURITY, PORT_SECURITY),
  'SC-6.11': proven('ICMP and SSH are opened in the default group', E2E_PORT_SECURITY, SECURITY),
};

/** What the book says must be refused, as far as it is about networks, subnets, ports and security groups. */
export const LIMITS: Readonly<Record<string, Scenario>> = {
  'NG-1': proven('a second flat network on the same card', E2E_SUBNETS, IPAM),
  'NG-2': proven('provider attributes, sharing or external networks of a tenant', E2E_SUBNETS),
  'NG-3': proven('another CIDR of a subnet; provider attributes do change here (FX-14)', E2E_SUBNETS),
  'NG-4': proven('subnets of one network that overlap', E2E_SUBNETS, IPAM),
  'NG-5': proven('to delete a network in use', E2E_SUBNETS),
  'NG-6': proven(
    'more than 20 host routes or 5 DNS servers',
    E2E_SUBNETS,
    'services/ipam/src/subnet/subnet-plan.spec.ts',
  ),
  'NG-7': proven('to rename or delete a default group', E2E_SECURITY, 'services/fwaas/test/groups.int.ts'),
  'NG-8': proven('to delete a group that ports have', E2E_SECURITY, PORT_SECURITY),
  'NG-9': proven('ports of a rule without a protocol that has any', E2E_SECURITY),
  'NG-10': proven('to have groups without port security', E2E_SECURITY, E2E_PORT_SECURITY, PORT_SECURITY),
  'NG-22': proven('to attach a port that is in use', E2E_DHCP),
  'NG-23': proven('a network where no segment is left', E2E_SUBNETS),
  'NG-24': proven('to a tenant what is an administrator’s', E2E_SUBNETS),
  'NG-25': proven('an attachment that does not say to which network', E2E_DHCP),
};

const complaint =
  (state: Complaint['state']) =>
  (what: string, answer: string, ...tests: string[]): Complaint => ({ what, state, answer, tests });
const fixed = complaint('fixed');
const partly = complaint('in part');
const open = complaint('open');
const absent = complaint('does not arise');

export const COMPLAINTS: Readonly<Record<string, Complaint>> = {
  'FX-04': fixed(
    'no VLAN trunk into an instance, no port without address',
    'trunks, and ports with `fixed_ips: []`',
    'tests/kernel/agent-trunk.kernel.ts',
    E2E_NETWORKS,
  ),
  'FX-05': partly(
    'one instance can starve a card',
    'QoS policies limit a port’s bandwidth and packets, by default where the operator says so; a node does not warn of a card that carries ' +
      'both tenants and the control plane',
    'tests/kernel/agent-qos.kernel.ts',
  ),
  'FX-07': fixed(
    'namespaces stay when DHCP goes',
    'they go with their network, as does everything else of it',
    E2E_NETWORKS,
  ),
  'FX-08': fixed(
    'an agent is alive though not configured',
    '`configurations` says beside `alive` whether it is in sync and which cards it maps',
    E2E_NETWORKS,
  ),
  'FX-09': fixed(
    'the MTU is set by hand, one for all',
    'computed for each network, told by DHCP option 26 and in router advertisements',
    E2E_NETWORKS,
  ),
  'FX-10': absent('an extra bridge for each tap of an Open vSwitch', NO_OVS),
  'FX-11': absent('local VLANs change with a restart', NO_OVS),
  'FX-12': partly(
    'pre-filled ARP tables prove no connectivity',
    '`weft status port` says what each node has applied and read back; no probe is sent through the dataplane yet',
    'tests/e2e/newcomer.e2e.ts',
  ),
  'FX-13': partly(
    'ranges and types need a restart',
    'ranges are in the database and open at once (`network-segment-range`); the order of types is configuration still',
    E2E_SUBNETS,
    SEGMENTS,
  ),
  'FX-14': fixed(
    'provider attributes are immutable',
    'a network moves to another segment under its instances',
    SEGMENTS,
  ),
  'FX-15': partly(
    'ACTIVE before anything is real',
    'a port is ACTIVE when its nodes have proven it; a network’s status says only that it is defined, as clients expect',
    'tests/e2e/newcomer.e2e.ts',
  ),
  'FX-16': open(
    'the CIDR is immutable, a full subnet is a dead end',
    'the API has it so; a second subnet on the network is served by the same servers',
  ),
  'FX-17': partly(
    'an update replaces lists',
    'the API has it so, with `If-Match` against lost updates; the newer client adds and removes single entries, security groups of a port as ' +
      'well; tags and extra DHCP options change one by one',
    E2E_SUBNETS,
    E2E_SECURITY,
  ),
  'FX-18': fixed('clearing is not universal', 'null or an empty list clears whatever may be empty', E2E_SUBNETS),
  'FX-19': fixed('the order of DNS servers is lost', 'it is kept, on the wire as well', E2E_SUBNETS, NETWORK_PLAN),
  'FX-20': fixed('detaching deletes the port', 'a port that somebody had made stays, without its instance', E2E_DHCP),
  'FX-21': open(
    'several interfaces, competing default routes',
    'which default route wins is the instance’s to choose; a subnet without gateway gives it none',
  ),
  'FX-22': fixed(
    'the metadata route depends on who gave the lease',
    'either server answers for every instance, and a server that moves keeps its address',
    METADATA_UPSTREAM,
    NETWORK_PLAN,
  ),
  'FX-23': fixed(
    'rules that name a group become one for each pair of ports, and an instance is plugged in before they are there',
    'a member is an element of a set; a port is closed until its policy is in force, and only then ACTIVE',
    E2E_FILTER,
  ),
  'FX-24': fixed(
    'port security is switched on with a script of SQL for what is there already',
    'every network and port has it from the start, and it changes at any time',
    E2E_PORT_SECURITY,
  ),
  'FX-25': fixed('no instance boots without port security', 'it boots with and without', E2E_PORT_SECURITY),
  'FX-44': open(
    'the drivers differ in what they can (GRE, DVR)',
    'there is one dataplane; it has no GRE, and routers are not there yet',
  ),
  'FX-45': open(
    'local networks have DHCP and metadata on the servers’ hosts only',
    'servers are placed on as many nodes as for any network; an instance elsewhere has to be configured by hand',
  ),
  'FX-46': partly(
    'one flat network for each card',
    'untagged frames have no second owner; it is refused when it is asked for, by name',
    E2E_SUBNETS,
  ),
  'FX-47': open(
    'a pool cannot exclude addresses',
    'several pools, or a port that keeps an address; the API has no list of exclusions',
  ),
  'FX-48': open(
    'an instance has some 25 slots for cards',
    'the hypervisor’s; a trunk brings many networks over one card',
  ),
  'FX-51': partly(
    'allowed address pairs do not cover all that a guest may have to send',
    'pairs are CIDRs, MAC addresses and IPv6 as well; an instance that serves DHCP needs a port without port security, all or nothing',
    E2E_SECURITY,
  ),
  'FX-54': fixed('provider bridges are made by hand', 'the node makes and removes them', E2E_NETWORKS),
  'FX-55': partly(
    'short leases flood the network, and the time is global',
    'a day unless WEFT_DHCP_LEASE_SECONDS of the node says otherwise; no subnet has a time of its own yet',
  ),
  'FX-56': fixed(
    'IPv6 is left out',
    'SLAAC, stateless and stateful DHCPv6 are served, pairs of modes that make no sense are refused',
    IPV6,
    'services/ipam/src/subnet/subnet-plan.spec.ts',
  ),
};
