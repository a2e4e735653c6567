import type { ExtensionDefinition } from '../../definition';
import { CORE, extension } from './extension';

/** Ports and their bindings. */
export const PORTS: readonly ExtensionDefinition[] = [
  extension('port', 'Neutron Port', CORE, 'Virtual ports on networks.'),
  extension(
    'binding',
    'Port Binding',
    '2014-02-03T10:00:00-00:00',
    'Expose port bindings of a virtual port to external application',
  ),
  extension(
    'port-mac-address-regenerate',
    'Neutron Port MAC address regenerate',
    '2018-05-03T10:00:00-00:00',
    'Network port MAC address regenerate',
  ),
  extension('dns-domain-ports', 'dns_domain for ports', '2017-04-24T10:00:00-00:00', 'DNS domains of ports.'),
  extension(
    'extra_dhcp_opt',
    'Neutron Extra DHCP options',
    '2013-03-17T12:00:00-00:00',
    'DHCP options of single ports.',
  ),
  extension(
    'data-plane-status',
    'Port data plane status extension',
    '2017-01-24T10:00:00-00:00',
    'Status of the data plane underneath a port, as an operator knows it.',
  ),
  extension(
    'uplink-status-propagation',
    'Uplink status propagation extension',
    '2018-05-31T18:00:00-00:00',
    'Whether a port shows the state of its uplink.',
  ),
  extension(
    'uplink-status-propagation-updatable',
    'Uplink status propagation updatable extension',
    '2024-09-03T18:00:00-00:00',
    'Lets the propagation of the uplink state be changed.',
  ),
  extension(
    'port-device-profile',
    'Port device profile',
    '2020-12-17T10:00:00-00:00',
    'Accelerator profile of a port.',
  ),
  extension(
    'port-hardware-offload-type',
    'Port hardware offload',
    '2023-05-09T10:00:00-00:00',
    'Requested kind of hardware offload.',
  ),
  extension(
    'port-numa-affinity-policy',
    'Port NUMA affinity policy',
    '2020-07-08T10:00:00-00:00',
    'NUMA affinity of a port.',
  ),
  extension(
    'port-numa-affinity-policy-socket',
    'Port NUMA affinity policy "socket"',
    '2024-02-09T10:00:00-00:00',
    'NUMA affinity of a port to a socket.',
  ),
  extension(
    'port-trusted-vif',
    'Port trusted vif',
    '2024-07-10T10:00:00-00:00',
    'Whether the virtual function of a port is trusted.',
  ),
  extension(
    'binding-extended',
    'Port Bindings Extended',
    '2017-07-17T10:00:00-00:00',
    'Bindings of a port to several hosts.',
  ),
];
