import type { ExtensionDefinition } from '../../definition';
import { extension } from './extension';

/** How much they may, and ports inside of ports. */
export const TRAFFIC: readonly ExtensionDefinition[] = [
  extension('qos', 'Quality of Service', '2015-06-08T10:00:00-00:00', 'Rules for the traffic of ports.'),
  extension(
    'qos-bw-limit-direction',
    'Direction for QoS bandwidth limit rule',
    '2017-04-10T10:00:00-00:00',
    'Bandwidth limits for either direction.',
  ),
  extension('qos-default', 'QoS default policy', '2017-04-06T10:00:00-00:00', 'A policy for whatever a project makes.'),
  extension(
    'qos-rule-type-details',
    'Details of QoS rule types',
    '2017-06-22T10:00:00-00:00',
    'What the nodes do for a kind of rule.',
  ),
  extension(
    'qos-bw-minimum-ingress',
    'Ingress direction for QoS minimum bandwidth rule',
    '2018-07-09T10:00:00-00:00',
    'Minimum bandwidth for incoming traffic.',
  ),
  extension(
    'qos-port-network-policy',
    'QoS port network policy ID',
    '2019-11-01T10:00:00-00:00',
    'Tells the policy of the network of a port.',
  ),
  extension(
    'qos-pps',
    'QoS Rule Type Packet per Second Extension',
    '2021-05-12T10:00:00-00:00',
    'Limits of packet rates.',
  ),
  extension('qos-pps-minimum', 'QoS minimum packet rate rule', '2021-07-14T10:00:00-00:00', 'Minimum packet rates.'),
  extension('trunk', 'Trunk Extension', '2016-01-01T10:00:00-00:00', 'Ports that carry other ports as VLANs.'),
  extension('trunk-details', 'Trunk port details', '2016-01-01T10:00:00-00:00', 'Tells the trunk of a port.'),
];
