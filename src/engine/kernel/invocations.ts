/**
 * How often an execution has begun a state's task: the number by which a mock configuration file finds its answers.
 *
 * One count for each state of an execution, for visits (also those by the iterations of an inline Map) and retries alike, as
 * Step Functions Local counts. It is read from the history, so it is the same after a restart; memory keeps it only while
 * the execution is loaded. Express children of a map run have no history: after a restart in the midst of one they begin at 0.
 * @module
 */
import type { HistoryEvent } from '../../asl/transition.js';
import type { Store } from '../../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import { type Need, NOTHING } from './needs.js';
import type { Turn } from './turn.js';

/** Attempts begun, by state. */
type Counts = Map<string, number>;

const BEGUN = /^(Task|LambdaFunction|Activity)Started$/;
/** Events read at a time. */
const PAGE = 1000;

export class Invocations {
  readonly #store: Pick<Store, 'readHistory'>;
  readonly #known: WeakMap<ActiveExecution, Counts> = new WeakMap();

  constructor(store: Pick<Store, 'readHistory'>) {
    this.#store = store;
  }

  /** What must be read before `before`. */
  needs(active: ActiveExecution): readonly Need<unknown>[] {
    return this.#known.has(active) || !active.isStored ? NOTHING : [this.#historyNeed(active)];
  }

  /** Attempts of the state that the execution has begun before. Ask before the next one's start is part of the turn. */
  before(turn: Turn, active: ActiveExecution, state: string): number {
    const known = this.#known.get(active) ?? this.#count(turn, active);
    this.#known.set(active, known);
    return known.get(state) ?? 0;
  }

  #count(turn: Turn, active: ActiveExecution): Counts {
    const counts: Counts = new Map();
    if (!active.isStored) return counts;
    const states = new Map<number, string>();
    count(turn.known(this.#historyNeed(active)), states, counts);
    // What this turn has added is not in the store yet.
    count(turn.of(active).history, states, counts);
    return counts;
  }

  /** One more has begun. */
  begun(active: ActiveExecution, state: string): void {
    const counts = this.#known.get(active);
    counts?.set(state, (counts.get(state) ?? 0) + 1);
  }

  #historyNeed({ number }: ActiveExecution): Need<HistoryEvent[]> {
    return { key: `history ${number}`, read: () => this.#read(number) };
  }

  async #read(execution: number): Promise<HistoryEvent[]> {
    const history: HistoryEvent[] = [];
    for (let after = 0; ; ) {
      const query = { execution, after, limit: PAGE, order: 'ascending' } as const;
      const events = await this.#store.readHistory(query);
      // Names alone: outputs may be large.
      for (const event of events) history.push(withNameAlone(event));
      if (events.length < PAGE) return history;
      after = events.at(-1)?.id ?? after;
    }
  }
}

function withNameAlone({ details, ...event }: HistoryEvent): HistoryEvent {
  return { ...event, details: details?.name === undefined ? {} : { name: details.name } };
}

/** Every event names the one before it in its own thread, so each can be told the state that it belongs to. */
function count(events: readonly HistoryEvent[], states: Map<number, string>, counts: Counts): void {
  for (const { id, prev, type, details } of events) {
    const name = type.endsWith('StateEntered') ? details?.name : states.get(prev);
    if (typeof name !== 'string') continue;
    states.set(id, name);
    if (BEGUN.test(type)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}
