import { createHash } from 'node:crypto';

/** Ours by name. */
export const FRAME_TABLE = 'weft_frames';

/** What is done to the frames of one port, beyond what holds for all. Packets are counted per second, as the instance sees them. */
export interface PortRules {
  readonly device: string;
  /** Packets that it may send; the others are dropped. Null: any number. */
  readonly egressPps: number | null;
  /** Packets that it may get. */
  readonly ingressPps: number | null;
  /** Differentiated services code point of what it sends (RFC 2474), 0 to 63. Null: as it was. */
  readonly dscp: number | null;
}

/** A bridge of ours: tagged frames are dropped on every port of it; `ports` have rules beyond that. */
export interface FrameSpec {
  readonly bridge: string;
  readonly ports: readonly PortRules[];
}

/**
 * A port's device speaks untagged in a bridge: frames for VLAN sub-interfaces have left before the bridge sees them, so that a tagged
 * one is either of a VLAN that this node does not know (which would leak into the flat network of that card), or an instance's try to
 * reach another VLAN through its network's card. A tag of VLAN 0 is a priority alone (IEEE 802.1Q) and passes.
 */
const UNTAGGED = `  chain untagged {
    type filter hook prerouting priority -400; policy accept;
    vlan id != 0 drop
    ether type 8021ad drop
  }
`;

/** A tenth of a second, in the 32 bits that it has there. */
const burstOf = (pps: number): number => Math.min(0xffffffff, Math.max(5, Math.ceil(pps / 10)));

/** A rate of zero is none that nftables knows: it would refuse the table, and with it the rules of all ports. */
const limit = (pps: number): string =>
  pps === 0 ? 'drop' : `limit rate over ${pps}/second burst ${burstOf(pps)} packets drop`;

const sent = ({ egressPps, dscp }: PortRules): string[] => [
  ...(egressPps === null ? [] : [limit(egressPps)]),
  ...(dscp === null ? [] : [`ip dscp set ${dscp}`, `ip6 dscp set ${dscp}`]),
];
const received = ({ ingressPps }: PortRules): string[] => (ingressPps === null ? [] : [limit(ingressPps)]);

/** A chain for each port, and one that finds it by its device in one step. */
function chains(
  name: string,
  { hook, by }: { readonly hook: string; readonly by: string },
  ports: readonly (readonly [device: string, rules: readonly string[]])[],
): string {
  const used = ports.filter(([, rules]) => rules.length > 0);
  if (used.length === 0) return '';
  const own = used.map(([device, rules]) => `  chain ${name}_${device} {\n    ${rules.join('\n    ')}\n  }\n`);
  const jumps = used.map(([device]) => `"${device}" : goto ${name}_${device}`);
  return `${own.join('')}  chain ${name} {
    type filter hook ${hook}; policy accept;
    ${by} vmap { ${jumps.join(', ')} }
  }
`;
}

/** The table, which replaces itself in one transaction; `digest` is what of its content it bears as its comment. */
export function tableText(ports: readonly PortRules[]): { readonly text: string; readonly digest: string } {
  // In one order, whoever came first: the same rules must have the same digest.
  const sorted = [...ports].sort((a, b) => (a.device < b.device ? -1 : 1));
  const body = [
    UNTAGGED,
    chains(
      'sent',
      { hook: 'prerouting priority -390', by: 'iifname' },
      sorted.map((p) => [p.device, sent(p)]),
    ),
    chains(
      'received',
      { hook: 'postrouting priority 400', by: 'oifname' },
      sorted.map((p) => [p.device, received(p)]),
    ),
  ].join('');
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const name = `table bridge ${FRAME_TABLE}`;
  return { text: `${name}\ndelete ${name}\n${name} {\n  comment "${digest}"\n${body}}\n`, digest };
}
