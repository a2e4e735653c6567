import type { Report } from '@weft/contracts';
import type { ObjectState } from '@weft/dataplane';
import { type Condition, isOutcome, type Outcome, type Requirement } from '../planners/planner';

/** What was last read of a condition's object. */
export type StateOf = (condition: Condition) => ObjectState;

/** Holds a requirement against what has been read back. Reads only what drivers know: it costs no system call. */
export function evaluate({ object, component, generation, dependsOn }: Requirement, stateOf: StateOf): Report {
  const outcome = isOutcome(dependsOn) ? dependsOn : outcomeOf(dependsOn, stateOf);
  return { object: object.type, id: object.id, component, generation, ...outcome };
}

function outcomeOf(conditions: readonly Condition[], stateOf: StateOf): Outcome {
  for (const condition of conditions) {
    const state = stateOf(condition);
    if (state.state === 'in-sync') continue;
    const { reason, detail } = state;
    return {
      state: state.state === 'refused' ? 'error' : state.state,
      ...(reason !== undefined && { reason }),
      ...(detail !== undefined && { detail }),
    };
  }
  return { state: 'proven' };
}
