const ROUTERS = 'comes with routers';
const QOS_PLACEMENT = 'guarantees of bandwidth and packet rates need a placement service, which there is none of';
const OVS = 'an option of Open vSwitch, which is a later dataplane';
const BGPVPN = 'comes with BGP VPN';

/** Aliases of the reference that are not served, and why: one line each. */
export const UNSERVED: Readonly<Record<string, string>> = {
  'group-policy':
    'in part: groups of policy targets, the targets and their clusters, but neither policies nor topologies',
  'group-policy-mapping': 'in part, as `group-policy`',
  proxy_group: 'service chains are not built',
  'security-groups-default-statefulness': 'a group is stateful unless it is made stateless',
  router_availability_zone: ROUTERS,
  l3_agent_scheduler: ROUTERS,
  'l3-agent-scheduler-ha-chassis-priority': 'of OVN',
  network_ha: ROUTERS,
  'auto-allocated-topology': 'comes with routers, and with it the `is_default` of networks, which serves nothing else',
  'qos-fip': ROUTERS,
  'qos-fip-network-policy': ROUTERS,
  'segments-peer-subnet-host-routes':
    'subnets of a routed network bear the routes that their users gave them, no others',
  pvlan: 'isolation of ports within a network is not built yet',
  qinq: 'stacked VLAN tags are not built yet',
  'vlan-transparent': 'tags of an instance are carried by trunks only',
  'port-hints': OVS,
  'port-hint-ovs-tx-steering': OVS,
  'port-mac-override': 'comes with cards that are handed to instances whole',
  'port-resource-request': QOS_PLACEMENT,
  'port-resource-request-groups': QOS_PLACEMENT,
  'qos-pps-minimum-rule-alias': 'see `qos-rules-alias`',
  'qos-rules-alias': 'rules are addressed through their policy',
  'qos-rule-type-filter': 'the list of rule types takes no `all_rules`, `all_supported` yet',
  'agent-resources-synced': QOS_PLACEMENT,
  'network-cascade-delete': 'a network with ports in use is refused, not emptied',
  'project-default-networks': 'no project has a default network yet',
  'dns-integration-domain-keywords': 'a domain is a name: keywords in it (`<project_id>`) are not replaced',
  'standard-attr-bgpvpn': BGPVPN,
  'standard-attr-bgpvpn-network-association': BGPVPN,
  'standard-attr-bgpvpn-port-association': BGPVPN,
  'standard-attr-bgpvpn-router-association': BGPVPN,
};
