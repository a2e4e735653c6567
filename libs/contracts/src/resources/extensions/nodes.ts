import type { ExtensionDefinition } from '../../definition';
import { extension } from './extension';

/** Nodes and where they are. */
export const NODES: readonly ExtensionDefinition[] = [
  extension('agent', 'agent', '2013-02-03T10:00:00-00:00', 'The agent management extension.'),
  extension('agent_sort_key', 'Agents Sort Key', '2013-02-03T10:00:00-00:00', 'Lists of agents can be sorted.'),
  extension(
    'dhcp_agent_scheduler',
    'DHCP Agent Scheduler',
    '2013-02-07T10:00:00-00:00',
    'Schedule networks among DHCP agents',
  ),
  extension('availability_zone', 'Availability Zone', '2015-01-01T10:00:00-00:00', 'The availability zone extension.'),
  extension(
    'availability_zone_filter',
    'Availability Zone Filter Extension',
    '2018-06-22T10:00:00-00:00',
    'Add filter parameters to the availability zone resource',
  ),
  extension(
    'network_availability_zone',
    'Network Availability Zone',
    '2015-01-01T10:00:00-00:00',
    'Availability zone support for network.',
  ),
];
