import { statement, type Tx } from '@weft/persistence';
import { alive } from '../node/alive';
import { segmentOnNode } from '../segment/segment-on';

/** A node that serves DHCP for a network, or could. */
export interface DhcpNode {
  readonly host: string;
  readonly zone: string | null;
  /** The network's segment that it is on. */
  readonly segment: string | null;
}

export interface DhcpBinding extends DhcpNode {
  readonly [column: string]: unknown;
  readonly port_id: string;
  /** It lives, is in service, and can carry the network. */
  readonly fit: boolean;
}

/** SQL condition: a node may serve DHCP for a network. */
const servesDhcp = (
  node: string,
  network: string,
): string => `${alive(node)} AND ${segmentOnNode(network, node)} IS NOT NULL
  AND EXISTS (SELECT 1 FROM agent a WHERE a.host = ${node}.host AND a.role = 'dhcp' AND a.admin_state_up)`;

/** SQL condition: the node `w` may be given a network `n`: it serves DHCP, in a zone asked for, and was not ruled out. */
export const mayBeGiven = (w: string, n: string): string => `${servesDhcp(w, `${n}.id`)}
  AND (${n}.availability_zone_hints = '{}' OR ${w}.availability_zone = ANY(${n}.availability_zone_hints))
  AND NOT EXISTS (SELECT 1 FROM dhcp_exclusion x WHERE x.network_id = ${n}.id AND x.host = ${w}.host)`;

/** SQL condition: the host of a binding `b` cannot serve it (any more). */
export const isUnfit = (b: string): string =>
  `NOT EXISTS (SELECT 1 FROM node w WHERE w.host = ${b}.host AND ${servesDhcp('w', `${b}.network_id`)})`;

const bindings = statement(
  'dhcp-bindings',
  `SELECT b.host, b.port_id, NOT (${isUnfit('b')}) AS fit, w.availability_zone AS zone,
     CASE WHEN w.host IS NOT NULL THEN ${segmentOnNode('b.network_id', 'w')} END AS segment
   FROM dhcp_binding b LEFT JOIN node w ON w.host = b.host WHERE b.network_id = $1 ORDER BY b.host`,
);
const candidates = statement(
  'dhcp-candidates',
  `SELECT w.host, w.availability_zone AS zone, ${segmentOnNode('n.id', 'w')} AS segment
   FROM network n, node w
   WHERE n.id = $1 AND ${mayBeGiven('w', 'n')} AND w.host NOT IN (SELECT b.host FROM dhcp_binding b WHERE b.network_id = n.id)
   ORDER BY (SELECT count(*) FROM dhcp_binding b WHERE b.host = w.host), w.host`,
);
const lockPorts = statement(
  'dhcp-lock',
  `SELECT p.id FROM port p JOIN dhcp_binding b ON b.port_id = p.id WHERE b.network_id = $1 ORDER BY p.id FOR UPDATE OF p`,
);

/** The servers of a network, with their ports locked in the order in which reports lock them. */
export async function dhcpBindings(tx: Tx, networkId: string): Promise<DhcpBinding[]> {
  await tx.query(lockPorts, [networkId]);
  return tx.query<DhcpBinding>(bindings, [networkId]);
}

/** Nodes that could serve the network besides, the least loaded first. */
export class DhcpCandidates {
  private constructor(private readonly left: DhcpNode[]) {}

  static async of(tx: Tx, networkId: string): Promise<DhcpCandidates> {
    return new DhcpCandidates(await tx.query<DhcpNode & Record<string, unknown>>(candidates, [networkId]));
  }

  /** The best one on the segment (null: any), in a zone that as few as possible of `beside` are in; undefined: there is none. */
  take(segment: string | null, beside: readonly DhcpNode[]): DhcpNode | undefined {
    const crowd = ({ zone }: DhcpNode) => beside.filter((node) => node.zone === zone).length;
    const open = this.left.filter((node) => segment === null || node.segment === segment);
    const best = open.reduce<DhcpNode | undefined>((a, b) => (a && crowd(a) <= crowd(b) ? a : b), undefined);
    if (best) this.left.splice(this.left.indexOf(best), 1);
    return best;
  }
}
