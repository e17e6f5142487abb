/**
 * The mocks of one running test: gives each attempt its planned outcome, after its virtual time, and notes what was tried
 * and what had no answer.
 * @module
 */
import type { BegunAttempt, MockedAttempt, TaskMocks } from '../engine/kernel/mocked-tasks.js';
import { responseTo } from './mock-configuration.js';
import type { PlannedOutcome, StateMock } from './test-plan.js';
import type { VirtualTime } from './virtual-time.js';

/** A task that was asked for and has no (further) answer. */
export interface Unanswered {
  attempt: MockedAttempt;
  /** Which attempt it is, from 1. */
  number: number;
  /** Whether the state has a mock whose outcomes are used up. */
  isUsedUp: boolean;
}

/** Performed without a mock: these do nothing to the world. */
const HARMLESS = ['echo', 'result'];
/** Performed for real where the test has data of its own: they read and write nothing else. */
const OF_DATA = [...HARMLESS, 'sql'];

export class TestMocks implements TaskMocks {
  readonly #mocks: ReadonlyMap<string, StateMock>;
  readonly #time: VirtualTime;
  readonly #harmless: readonly string[];
  /** Attempts by their key, so that each is counted once. */
  readonly #seen: Set<string> = new Set();
  /** Attempts of each state. */
  readonly tried: Map<string, number> = new Map();
  /** Outcomes that were given, by execution, state and iteration. */
  readonly #given: Map<string, number> = new Map();
  readonly unanswered: Unanswered[] = [];

  /** @param world `data`: the test has data of its own, so its SQL really runs */
  constructor(
    mocks: ReadonlyMap<string, StateMock>,
    time: VirtualTime,
    world: 'data' | 'nothing' = 'nothing',
  ) {
    this.#mocks = mocks;
    this.#time = time;
    this.#harmless = world === 'data' ? OF_DATA : HARMLESS;
  }

  hasTestCase(): boolean {
    return false;
  }

  answers(attempt: MockedAttempt): boolean {
    const { key, state, performer } = attempt;
    if (!this.#seen.has(key)) {
      this.#seen.add(key);
      this.tried.set(state, (this.tried.get(state) ?? 0) + 1);
    }
    const mock = this.#mocks.get(state);
    return mock === undefined ? !this.#harmless.includes(performer) : mock.type !== 'run';
  }

  answer(attempt: BegunAttempt, settle: Parameters<TaskMocks['answer']>[1]): void {
    const planned = this.#next(attempt);
    if (planned?.outcome === undefined) return;
    const { outcome, afterMs } = planned;
    this.#time.after(afterMs, () => settle(outcome));
  }

  #next(attempt: BegunAttempt): PlannedOutcome | undefined {
    const { execution, state, iterations, invocation } = attempt;
    const mock = this.#mocks.get(state);
    const place = `${execution} ${iterations.join('.')} ${state}`;
    const given = this.#given.get(place) ?? 0;
    this.#given.set(place, given + 1);
    let planned: PlannedOutcome | undefined;
    if (mock?.type === 'outcomes') planned = outcomeAt(mock.outcomes, iterations.at(-1), given);
    else if (mock?.type === 'response') {
      const outcome = responseTo(mock.response, invocation);
      planned = outcome && { outcome, afterMs: 0, times: 1 };
    }
    if (planned !== undefined) return planned;
    const number = (mock?.type === 'response' ? invocation : given) + 1;
    this.unanswered.push({ attempt, number, isUsedUp: mock !== undefined });
    return undefined;
  }
}

/** The n-th outcome (from 0) for an item: of those for this very item, if there are any, else of those for all. */
function outcomeAt(
  outcomes: readonly PlannedOutcome[],
  item: number | undefined,
  n: number,
): PlannedOutcome | undefined {
  const own = outcomes.filter((planned) => planned.item !== undefined && planned.item === item);
  const fitting = own.length > 0 ? own : outcomes.filter((planned) => planned.item === undefined);
  let left = n;
  for (const planned of fitting) {
    if (left < planned.times) return planned;
    left -= planned.times;
  }
  return undefined;
}
