import { ApiError, conflict, duplicateAddressPair, type Json, servesNetwork } from '@weft/contracts';
import type { AddressPair, PortRow } from '../port/port.repository';

/** What a port's columns say of its security. */
export type PortSecurity = Pick<PortRow, 'port_security' | 'security_groups' | 'address_pairs'>;

/** Whether the port of such a request may need its project's default group. */
export const wantsDefault = (item: Record<string, Json>): boolean =>
  item.security_groups === undefined &&
  item.port_security_enabled !== false &&
  !servesNetwork(item.device_owner as string);

/**
 * The security of a port as a client asks for it.
 * @param inherited what its network says
 * @throws ApiError 400 for groups, 409 for address pairs without port security
 */
export function requestedSecurity(
  item: Record<string, Json>,
  inherited: boolean,
  defaultGroup: string | undefined,
): PortSecurity {
  const port_security =
    !servesNetwork(item.device_owner as string) && ((item.port_security_enabled as boolean | undefined) ?? inherited);
  const groups = item.security_groups as string[] | undefined;
  const address_pairs = pairsOf(item.allowed_address_pairs);
  if (!port_security && address_pairs.length > 0) throw pairsNeedSecurity();
  if (!port_security && groups && groups.length > 0) throw groupsNeedSecurity();
  requireDistinct(address_pairs, item.mac_address as string | undefined);
  const standard = port_security && defaultGroup !== undefined ? [defaultGroup] : [];
  return { port_security, security_groups: groups ?? standard, address_pairs };
}

/** The same as a client changes it. What he does not name must fit what he does. @throws ApiError as above */
export function changedSecurity(port: PortRow, changes: Record<string, Json>): PortSecurity {
  const port_security = (changes.port_security_enabled as boolean | undefined) ?? port.port_security;
  const security_groups = (changes.security_groups as string[] | undefined) ?? port.security_groups;
  const address_pairs =
    'allowed_address_pairs' in changes ? ownPairs(port, pairsOf(changes.allowed_address_pairs)) : port.address_pairs;
  requireDistinct(address_pairs, port.mac);
  if (!port_security) {
    if (address_pairs.length > 0 || port.cluster_pairs.length > 0) throw pairsNeedSecurity();
    if (security_groups.length > 0) throw 'security_groups' in changes ? groupsNeedSecurity() : portHasGroups();
  }
  return { port_security, security_groups, address_pairs };
}

/** All identities of a port beside its own, as the API shows them and nodes are told. */
export const pairsOfPort = (port: Pick<PortRow, 'mac' | 'address_pairs' | 'cluster_pairs'>) =>
  [...port.address_pairs, ...port.cluster_pairs].map(({ ip_address, mac_address }) => ({
    ip: ip_address,
    mac: mac_address ?? port.mac,
  }));

/** A pair without a MAC address is of whichever the port has. */
const pairsOf = (given: Json | undefined): AddressPair[] =>
  ((given ?? []) as unknown as Partial<AddressPair>[]).map(({ ip_address, mac_address }) => ({
    ip_address: ip_address!,
    mac_address: mac_address ?? null,
  }));

/** A pair without a MAC address may be another one in other words. @throws ApiError 400 */
function requireDistinct(pairs: readonly AddressPair[], mac: string | undefined): void {
  const seen = new Set<string>();
  for (const { ip_address, mac_address } of pairs) {
    const key = `${ip_address} ${mac_address ?? mac ?? ''}`;
    if (seen.has(key)) throw duplicateAddressPair(ip_address, mac_address ?? mac ?? null);
    seen.add(key);
  }
}

/** A client who gives back what he was shown does not make a cluster's pairs his own. */
const ownPairs = ({ cluster_pairs }: PortRow, pairs: AddressPair[]): AddressPair[] =>
  pairs.filter(
    (pair) =>
      !cluster_pairs.some(
        ({ ip_address, mac_address }) => ip_address === pair.ip_address && mac_address === pair.mac_address,
      ),
  );

const groupsNeedSecurity = () =>
  new ApiError(
    'PortSecurityAndIPRequiredForSecurityGroups',
    400,
    'Port security must be enabled and port must have an IP address in order to use security groups.',
  );
const pairsNeedSecurity = () =>
  conflict(
    'AddressPairAndPortSecurityRequired',
    'Port Security must be enabled in order to have allowed address pairs on a port.',
  );
const portHasGroups = () =>
  conflict(
    'PortSecurityPortHasSecurityGroup',
    'Port has security group associated. Cannot disable port security or IP address until security group is removed.',
  );
