/**
 * The reducer's `advance`, made twice and compared.
 * @module
 */
import { advance } from '../../src/asl/advance.js';
import type { ExecutionEvent } from '../../src/asl/transition.js';
import type { Reducer } from '../../src/engine/kernel/reducer.js';
import type { Invariants } from './invariants.js';

/**
 * I8, differentially: each transition is made twice, the second time from the state as JSON gives it back, and by an event
 * that is not the same object. A reducer that keeps anything elsewhere gives itself away.
 */
export function checkedAdvance(invariants: Invariants): Reducer['advance'] {
  return (machine, state, event, evaluate) => {
    const copy = JSON.parse(JSON.stringify(state)) as typeof state;
    const first = advance(machine, state, event, evaluate);
    const again = advance(machine, copy, { ...event } as ExecutionEvent, evaluate);
    if (!(first instanceof Promise) && !(again instanceof Promise)) {
      if (JSON.stringify(first) !== JSON.stringify(again)) {
        invariants.fail(
          `I8 ${event.type} gives another transition after a round trip through JSON`,
        );
      }
    }
    return first;
  };
}
