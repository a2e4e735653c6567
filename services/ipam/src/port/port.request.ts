import { invalidInput, type Json } from '@weft/contracts';
import type { DhcpOption, PortRow } from './port.repository';
import { freshMac, type NewPort } from './port.store';

/** API attribute → column, of what can be set besides addresses. */
const COLUMNS: Readonly<Record<string, keyof PortRow>> = {
  name: 'name',
  description: 'description',
  admin_state_up: 'admin_state_up',
  device_id: 'device_id',
  device_owner: 'device_owner',
  mac_address: 'mac',
  'binding:vnic_type': 'vnic_type',
  dns_name: 'dns_name',
  dns_domain: 'dns_domain',
  data_plane_status: 'data_plane_status',
  propagate_uplink_status: 'propagate_uplink_status',
  device_profile: 'device_profile',
  hardware_offload_type: 'hardware_offload_type',
  numa_affinity_policy: 'numa_affinity_policy',
  trusted: 'trusted',
  qos_policy_id: 'qos_policy_id',
};

/** A body's attributes as columns. */
function columnsOf(given: Record<string, Json>): Partial<PortRow> {
  const columns: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const column = COLUMNS[name];
    if (column) columns[column] = value;
  }
  if ('binding:host_id' in given) columns.host = given['binding:host_id'] || null;
  if ('binding:profile' in given) columns.profile = given['binding:profile'] ?? {};
  return columns;
}

/** A port as a client asks for it. */
export function requestedPort(item: Record<string, Json>): NewPort {
  const { mac, ...columns } = columnsOf(item);
  return {
    network_id: item.network_id as string,
    project_id: item.project_id as string,
    ...columns,
    ...(typeof mac === 'string' && { mac }),
    ...(item.hardware_offload_type && { profile: withCapability(columns.profile, String(item.hardware_offload_type)) }),
    dhcp_options: changedOptions([], item.extra_dhcp_opts),
    tags: (item.tags as string[] | undefined) ?? [],
  };
}

/** A port as a client changes it. */
export const changedPort = (port: PortRow, changes: Record<string, Json>): PortRow => ({
  ...port,
  ...columnsOf(changes),
  // Null asks for another one (port-mac-address-regenerate).
  ...(changes.mac_address === null && { mac: freshMac() }),
  ...('extra_dhcp_opts' in changes && { dhcp_options: changedOptions(port.dhcp_options, changes.extra_dhcp_opts) }),
});

/** Options change one by one: a new value is set, null takes one away, the others stay. */
function changedOptions(now: readonly DhcpOption[], given: Json | undefined): DhcpOption[] {
  const options = new Map(now.map((option) => [keyOf(option), option]));
  for (const each of (given ?? []) as unknown as Partial<DhcpOption>[]) {
    const option = {
      opt_name: each.opt_name!,
      opt_value: each.opt_value!,
      ip_version: Number(each.ip_version ?? 4) as 4 | 6,
    };
    if ((each.opt_value ?? null) === null) options.delete(keyOf(option));
    else options.set(keyOf(option), option);
  }
  return [...options.values()];
}

const keyOf = ({ opt_name, ip_version }: Pick<DhcpOption, 'opt_name' | 'ip_version'>): string =>
  `${ip_version} ${opt_name}`;

/** As compute nodes look for it. */
const withCapability = (profile: PortRow['profile'] | undefined, capability: string) => ({
  ...profile,
  capabilities: [capability],
});

/** A whole domain name given to a port must be of the domain that its network has. @throws ApiError 400 */
export function checkDnsName(name: string, domain: string): void {
  if (!name.endsWith('.')) return;
  const host = name.slice(0, -domain.length - 2);
  if (name === `${host}.${domain}.` && host !== '' && !host.includes('.')) return;
  throw invalidInput(
    `The dns_name passed is a FQDN. Its higher level labels must be equal to the dns_domain of its network (${domain}.)`,
  );
}
