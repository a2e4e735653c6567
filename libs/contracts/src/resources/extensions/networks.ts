import type { ExtensionDefinition } from '../../definition';
import { CORE, extension } from './extension';

/** Networks, and where their prefixes and segments come from. */
export const NETWORKS: readonly ExtensionDefinition[] = [
  extension('network', 'Neutron L2 Network', CORE, 'Layer 2 network abstraction.'),
  extension('subnet', 'Neutron L3 Subnet', CORE, 'Layer 3 subnet abstraction.'),
  extension('subnetpool', 'Neutron L3 Subnet Pool', CORE, 'Prefixes that subnets are cut from.'),
  extension(
    'subnet_allocation',
    'Subnet Allocation',
    '2015-03-30T10:00:00-00:00',
    'Subnets whose prefix comes from a subnet pool.',
  ),
  extension(
    'default-subnetpools',
    'Default Subnetpools',
    '2016-02-18T18:00:00-00:00',
    'A default subnet pool for each IP version.',
  ),
  extension(
    'subnetpool-prefix-ops',
    'Subnet Pool Prefix Operations',
    '2019-02-08T10:00:00-00:00',
    'Prefixes added to subnet pools, and taken out of them.',
  ),
  extension(
    'subnet_onboard',
    'Subnet Onboard',
    '2018-12-18T09:00:00-00:00',
    'Existing subnets of a network taken into a subnet pool.',
  ),
  extension(
    'address-scope',
    'Address scope',
    '2015-07-26T10:00:00-00:00',
    'Subnet pools that do not overlap, to be routed to each other as they are.',
  ),
  extension(
    'rbac-address-scope',
    'Add address_scope type to RBAC',
    '2020-02-12T00:00:00-00:00',
    'Address scopes shared with certain projects.',
  ),
  extension(
    'rbac-subnetpool',
    'Add subnetpool type to RBAC',
    '2020-02-05T00:00:00-00:00',
    'Subnet pools shared with certain projects.',
  ),
  extension(
    'network-ip-availability',
    'Network IP Availability',
    '2015-09-24T00:00:00-00:00',
    'Addresses of networks, and how many of them are given out.',
  ),
  extension(
    'network-ip-availability-details',
    'Network IP Availability Details Extension',
    '2025-10-31T00:00:00-00:00',
    'The same inside of allocation pools.',
  ),
  extension(
    'provider',
    'Provider Network',
    '2012-09-07T10:00:00-00:00',
    'Expose mapping of virtual networks to physical networks',
  ),
  extension('net-mtu', 'Network MTU', '2015-03-25T10:00:00-00:00', 'Provides MTU attribute for a network resource.'),
  extension(
    'net-mtu-writable',
    'Network MTU (writable)',
    '2017-07-12T00:00:00-00:00',
    'Provides a writable MTU attribute for a network resource.',
  ),
  extension('segment', 'Segment', '2016-02-24T17:00:00-00:00', 'Segments extension.'),
  extension('multi-provider', 'Multi Provider Network', '2013-06-27T10:00:00-00:00', 'Networks of several segments.'),
  extension(
    'external-net',
    'Neutron external network',
    '2013-01-14T10:00:00-00:00',
    'Networks that lead out of the cloud.',
  ),
  extension(
    'subnet-external-network',
    'Subnet belongs to an external network',
    '2024-02-05T18:00:00-00:00',
    'Tells whether the network of a subnet is external.',
  ),
  extension(
    'dns-integration',
    'DNS Integration',
    '2015-08-15T18:00:00-00:00',
    'Names of ports in DNS, and domains of networks.',
  ),
  extension(
    'subnet-dns-publish-fixed-ip',
    'Subnet DNS publish fixed IP',
    '2019-05-24T10:00:00-00:00',
    'Whether fixed addresses of a subnet are to be published in DNS.',
  ),
  extension(
    'subnet-service-types',
    'Subnet service types',
    '2016-03-15T18:00:00-00:00',
    'Subnets kept for ports of certain device owners.',
  ),
  extension(
    'l2_adjacency',
    'L2 Adjacency',
    '2016-04-12T16:00:00-00:00',
    'Tells whether all subnets of a network share one broadcast domain.',
  ),
  extension(
    'ip_allocation',
    'IP Allocation',
    '2016-06-10T23:00:00-00:00',
    'Tells when the addresses of a port are chosen.',
  ),
  extension(
    'subnet-segmentid-writable',
    'Subnet SegmentID (writable)',
    '2018-03-12T00:00:00-00:00',
    'Lets the segment of a subnet be set later.',
  ),
  extension(
    'subnet-segmentid-enforce',
    'Subnet SegmentID (policy enforced)',
    '2018-09-04T00:00:00-00:00',
    'The segment of a subnet has a policy rule of its own.',
  ),
  extension(
    'network-segment-range',
    'Neutron Network Segment Range',
    '2018-11-29T00:00:00-00:00',
    'Ranges of segment ids as resources, shared or for one project.',
  ),
];
