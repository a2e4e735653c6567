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
    text: SKELETON + base.map(({ text }) => text).join(''),
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
  readonly text: string;
  readonly done: () => void;
}
