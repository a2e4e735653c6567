import { CommandError, attempt, run } from './command';
import { labNames } from './identity';
import { underlayBatch, underlayPort } from './underlay';

/** What is broken on purpose right now, as read from the machine. Indices are those of hosts. */
export interface Faults {
  readonly linksDown: readonly number[];
  readonly partitions: readonly (readonly [number, number])[];
}

const TABLE = 'weft_faults';

/**
 * The table that parts hosts: pairs of bridge ports between which no frame passes. The bridge family sees every frame,
 * ARP and copies of broadcasts included; the carrier stays up, as in a broken switch.
 */
const PARTITION_TABLE = `table bridge ${TABLE} {
  set cut { type ifname . ifname; }
  chain forward { type filter hook forward priority 0; iifname . oifname @cut drop; }
}
`;

const nft = (lab: string, input: string) =>
  run(['ip', 'netns', 'exec', labNames(lab).underlay, 'nft', '-f', '-'], { input });

/** The host's cable is pulled: it sees no carrier. */
export const linkDown = (lab: string, index: number) => underlayBatch(lab, [`link set ${underlayPort(index)} down`]);
export const linkUp = (lab: string, index: number) => underlayBatch(lab, [`link set ${underlayPort(index)} up`]);

/** Frames between the two hosts vanish, in both directions. */
export async function partition(lab: string, a: number, b: number): Promise<void> {
  const [left, right] = [underlayPort(a), underlayPort(b)];
  await nft(lab, `${PARTITION_TABLE}add element bridge ${TABLE} cut { ${left} . ${right}, ${right} . ${left} }\n`);
}

/** Mends every cable and every partition. */
export async function heal(lab: string): Promise<void> {
  const { linksDown } = await readFaults(lab);
  await underlayBatch(
    lab,
    linksDown.map((index) => `link set ${underlayPort(index)} up`),
  );
  // `add` before `delete`: deleting what is not there would be an error.
  await nft(lab, `add table bridge ${TABLE}\ndelete table bridge ${TABLE}\n`);
}

export async function readFaults(lab: string): Promise<Faults> {
  const { underlay } = labNames(lab);
  const links = JSON.parse(await run(['ip', '-n', underlay, '-j', 'link', 'show'])) as {
    ifname: string;
    flags: string[];
  }[];
  const linksDown = links
    .filter(({ ifname, flags }) => /^ul\d+$/.test(ifname) && !flags.includes('UP'))
    .map(({ ifname }) => Number(ifname.slice(2)));
  const list = ['ip', 'netns', 'exec', underlay, 'nft', 'list', 'table', 'bridge', TABLE];
  const table = await attempt(list);
  if (table.code !== 0 && !table.stderr.includes('No such file')) throw new CommandError(list, table);
  const pairs = Array.from(
    table.stdout.matchAll(/"ul(\d+)" \. "ul(\d+)"/g),
    ([, a, b]) => [Number(a), Number(b)] as const,
  );
  return { linksDown, partitions: pairs.filter(([a, b]) => a < b) };
}
