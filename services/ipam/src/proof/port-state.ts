import { DHCP_OWNER } from '@weft/contracts';
import { alive } from '../node/alive';

/**
 * The life of a port's `status`, as a table. Nobody assigns it: it follows from what nodes have proven at the generation of the
 * port's wiring.
 *
 * | status | because |
 * |---|---|
 * | `DOWN` | not bound, taken down by its owner, or its device is not plugged in on its node |
 * | `BUILD` | plugged in, but its node has not proven the present wiring or security, or a living DHCP server not the reservation |
 * | `ACTIVE` | the node proved wiring and, with port security, the filter, each living DHCP server of the network the reservation |
 * | `ERROR` | its node cannot wire or filter it, and says why |
 *
 * Once `ACTIVE` at a generation, a port stays so when another DHCP server joins: it has been served all the while.
 */

/** Whether DHCP reserves addresses of the subnet `s`: all but those that instances make themselves (SLAAC). */
export const RESERVED = `s.enable_dhcp AND s.ipv6_address_mode IS DISTINCT FROM 'slaac' AND s.ipv6_address_mode IS DISTINCT FROM 'dhcpv6-stateless'`;

/** Living DHCP servers `b` which must reserve the addresses of port `p`. */
export const REQUIRED_SERVERS = `
  SELECT b.host FROM dhcp_binding b JOIN node w ON w.host = b.host
  WHERE b.network_id = p.network_id AND ${alive('w')}
    AND p.device_owner <> '${DHCP_OWNER}'
    AND EXISTS (SELECT 1 FROM ip_allocation a JOIN subnet s ON s.id = a.subnet_id WHERE a.port_id = p.id AND ${RESERVED})`;

/** SQL: the status that port `p` must have. */
export const PORT_STATUS = `
  CASE
    WHEN p.host IS NULL OR NOT p.admin_state_up THEN 'DOWN'
    ELSE COALESCE((
      SELECT CASE
        WHEN w.state = 'absent' THEN 'DOWN'
        WHEN w.generation < p.generation OR w.state = 'pending' THEN 'BUILD'
        WHEN w.state = 'error' OR (p.port_security AND f.state = 'error' AND f.generation >= p.generation) THEN 'ERROR'
        WHEN p.port_security AND (f.state = 'proven' AND f.generation >= p.generation) IS NOT TRUE THEN 'BUILD'
        WHEN p.status = 'ACTIVE' AND p.proven_generation = p.generation THEN 'ACTIVE'
        WHEN EXISTS (
          SELECT 1 FROM (${REQUIRED_SERVERS}) r LEFT JOIN proof d ON d.port_id = p.id AND d.host = r.host AND d.component = 'dhcp'
            AND d.state = 'proven' AND d.generation >= p.generation
          WHERE d.port_id IS NULL) THEN 'BUILD'
        ELSE 'ACTIVE'
      END
      FROM proof w LEFT JOIN proof f ON f.port_id = p.id AND f.host = p.host AND f.component = 'filtered'
      WHERE w.port_id = p.id AND w.host = p.host AND w.component = 'wired'), 'DOWN')
  END`;
