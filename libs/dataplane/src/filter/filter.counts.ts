import type { Refusal } from '@weft/net';
import { REASONS } from './drop.reasons';
import { FILTER_TABLE } from './filter.skeleton';
import { deleteElements } from './filter.transaction';
import type { Nftables } from './nftables';

/** Since the tables were made. */
export interface FilterCounts {
  readonly drops: readonly { readonly device: string; readonly reason: Refusal; readonly packets: number }[];
  readonly rules: readonly { readonly id: string; readonly packets: number; readonly bytes: number }[];
}

interface ListedDrop {
  readonly elem: {
    readonly val: { readonly concat: readonly [string, number | string] };
    readonly counter: { packets: number };
  };
}

/** Both directions of a port and reason are one count. */
export function readCounts(nft: Nftables): FilterCounts {
  const sets = nft.list(`set ${FILTER_TABLE} drops`) ?? [];
  const drops = sets.flatMap(({ set }) => ((set?.elem ?? []) as ListedDrop[]).flatMap(toDrop));
  const counters = nft.list(`counters table ${FILTER_TABLE}`) ?? [];
  const rules = counters.flatMap(({ counter }) => {
    if (!counter || !(counter.name as string).startsWith('r-')) return [];
    return [
      { id: (counter.name as string).slice(2), packets: counter.packets as number, bytes: counter.bytes as number },
    ];
  });
  return { drops, rules };
}

function toDrop({ elem }: ListedDrop): FilterCounts['drops'] {
  const [device, number] = elem.val.concat;
  const reason = REASONS[Number(number) - 1];
  return reason ? [{ device, reason, packets: elem.counter.packets }] : [];
}

/** Counts of devices that are no port's any more. */
export const forgetDrops = (drops: FilterCounts['drops']): string =>
  deleteElements(
    drops.map(({ device, reason }) => ({
      set: 'drops',
      key: `"${device}" . ${REASONS.indexOf(reason) + 1}`,
      value: '',
    })),
  );
