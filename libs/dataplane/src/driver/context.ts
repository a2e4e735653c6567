import type { Clock } from '@weft/reconcile';
import { EventHub } from './events';

/** What every driver gets of the node that it works for. */
export interface DriverContext {
  readonly clock: Clock;
  readonly events: EventHub;
  /** What was read of an owner's objects may not hold any more: what depends on them is to be evaluated again. */
  readonly touched: (owner: string) => void;
  /** A pass is due. */
  readonly dirty: () => void;
}

/** A driver by itself, without others that its work concerns. */
export const standalone = (clock: Clock): DriverContext => ({
  clock,
  events: new EventHub(),
  touched: () => undefined,
  dirty: () => undefined,
});
