import type { Declarations } from './filter.transaction';
import { block } from './filter.transaction';
import { SKELETON } from './filter.skeleton';

export const SKELETON_KEY = 'tables';

/**
 * The tables together with all by which packets find their port: without it what crosses a bridge would be nobody's, and pass. If that is refused
 * the tables of before stay, and no new device is admitted.
 */
export function anew(changes: readonly Unit[], standing: () => void): Unit[] {
  const isBase = ({ keys }: Unit) => keys.includes('objects') || keys.includes('elements');
  const base = changes.filter(isBase);
  const whole = {
    keys: [SKELETON_KEY, ...base.flatMap(({ keys }) => keys)],
    removes: SKELETON,
    declares: base.flatMap(({ declares = [] }) => declares),
    adds: base.map(({ adds = '' }) => adds).join(''),
    done: () => {
      standing();
      for (const { done } of base) done();
    },
  };
  return [whole, ...changes.filter((unit) => !isBase(unit))];
}

/** What is written or refused as one. */
export interface Unit {
  readonly keys: readonly string[];
  /** Commands that come before all that is new. */
  readonly removes?: string;
  readonly declares?: readonly Declarations[];
  /** Commands that name what is declared. */
  readonly adds?: string;
  readonly done: () => void;
}

/** Several units as one transaction. */
export const textOf = (units: readonly Unit[]): string =>
  [
    ...units.map(({ removes = '' }) => removes),
    block(units.flatMap(({ declares = [] }) => declares)),
    ...units.map(({ adds = '' }) => adds),
  ].join('');
