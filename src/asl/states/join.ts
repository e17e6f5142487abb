/**
 * The end of a child thread: its output is kept until all children of its parent have ended.
 * @module
 */
import type { CompiledState } from '../compile.js';
import {
  type Draft,
  editFork,
  editThread,
  readThread,
  record,
  removeThread,
  type Step,
  setFork,
} from '../draft.js';
import type { Thread } from '../execution-state.js';
import type { Json } from '../json.js';
import { startIteration } from './map.js';

/**
 * Notes that a child has succeeded, and starts another one if there is one left.
 * @returns the outputs in order when it was the last one, else undefined
 */
export function* childSucceeded(
  draft: Draft,
  child: Thread,
  state: CompiledState,
): Step<Json[] | undefined> {
  const parentId = child.parent as number;
  const fork = editFork(draft, parentId);
  fork.done += 1;
  let link = child.previousEvent;
  if (state.type === 'Map') {
    link = record(
      draft,
      child,
      'MapIterationSucceeded',
      { index: child.index, name: state.name },
      'aside',
    );
  }
  if (fork.done < fork.length) {
    if (fork.next < fork.length) {
      const parent = readThread(draft, parentId) as Thread;
      yield* startIteration(draft, parent, state, child.previousEvent);
    }
    return undefined;
  }
  const outputs: Json[] = [];
  for (let i = 0; i < fork.length; i++) {
    outputs.push(readThread(draft, fork.first + i)?.input ?? null);
    removeThread(draft, fork.first + i);
  }
  setFork(draft, parentId, undefined);
  const parent = editThread(draft, parentId);
  parent.previousEvent = link;
  record(draft, parent, `${state.type}StateSucceeded`, {}, 'aside');
  return outputs;
}
