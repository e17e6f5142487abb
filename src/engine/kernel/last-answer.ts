/**
 * What a task answered last: in the newest execution of its pipeline that has succeeded and is no test run.
 *
 * It is read from the history of that execution, as that is kept: what is secret in it is masked there. Of a state that was visited
 * more than once the last answer counts. Nothing is found of tasks in children of distributed Maps, whose histories are theirs, nor
 * among more events than are looked at.
 * @module
 */
import type { Json } from '../../asl/json.js';
import type { HistoryEvent } from '../../asl/transition.js';
import type { PipelineRef, Store } from '../../store/store.js';
import type { Need } from './needs.js';

/** Events of the execution that are looked at, the newest first. */
const MOST_EVENTS = 10_000;
/** Bytes of them. */
const MOST_BYTES = 8_388_608;
const PAGE = 500;

/** An answer that was found. */
export interface LastAnswer {
  readonly output: Json;
}

/** To be named before it is asked for; undefined: there is none. */
export function lastAnswerNeed(
  store: Pick<Store, 'listExecutions' | 'readHistory'>,
  pipeline: PipelineRef,
  state: string,
): Need<LastAnswer | undefined> {
  return {
    key: `last answer of ${pipeline.team}/${pipeline.name}/${state}`,
    read: async () => {
      const [last] = await store.listExecutions({
        ...{ pipeline, status: 'SUCCEEDED' as const, testRuns: 'without' as const, limit: 1 },
      });
      return last === undefined ? undefined : await answerIn(store, last.number, state);
    },
  };
}

async function answerIn(
  store: Pick<Store, 'readHistory'>,
  execution: number,
  state: string,
): Promise<LastAnswer | undefined> {
  const events = new Map<number, HistoryEvent>();
  let left = MOST_BYTES;
  for (let after: number | undefined; events.size < MOST_EVENTS && left > 0; ) {
    const page: HistoryEvent[] = await store.readHistory({
      ...{ execution, order: 'descending', limit: PAGE, bytes: left },
      ...(after === undefined ? {} : { after }),
    });
    for (const event of page) {
      events.set(event.id, event);
      left -= JSON.stringify(event).length;
    }
    after = page.at(-1)?.id;
    if (after === undefined || after === 1) break;
  }
  for (const event of events.values()) {
    const { output } = event.details;
    if (!ANSWERED.test(event.type) || output === undefined) continue;
    if (stateOf(events, event) === state) return { output };
  }
  return undefined;
}

/** `TaskSucceeded`, and what functions and activities have in its place. */
const ANSWERED = /^(?:Task|LambdaFunction|Activity)Succeeded$/;

/** Events of a task lead back to the one that says in which state it is. */
function stateOf(
  events: ReadonlyMap<number, HistoryEvent>,
  from: HistoryEvent,
): string | undefined {
  for (let event: HistoryEvent | undefined = from; event !== undefined; ) {
    if (event.type === 'TaskStateEntered') return String(event.details.name);
    event = events.get(event.prev);
  }
  return undefined;
}
