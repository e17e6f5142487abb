/**
 * Keeps what test runs would have done: each task that was recorded, in the commit that answers it.
 *
 * How test runs are started, what they record and who hears nothing of them is the kernel's: `kernel/test-runs.ts`,
 * `kernel/effect-rules.ts`.
 * @module
 */
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import type { Feature } from '../../kernel/feature.js';
import type { EffectsHook, RecordedTask } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import { EFFECTS, type EffectRow } from './effect-table.js';

/** Characters of JSON that are kept of what would have been sent, and of an answer. */
const MOST = 32_768;

export class TestRuns implements Feature, EffectsHook {
  readonly name = 'test runs';
  readonly tables: readonly AnyTable[] = [EFFECTS];
  readonly #kernel: Kernel;
  #lastNumber = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.hooks.effects = this;
  }

  async open(): Promise<void> {
    this.#lastNumber = await this.#kernel.store.lastNumber(EFFECTS);
  }

  recorded(turn: Turn, active: ActiveExecution, recorded: RecordedTask): void {
    const { creation, number: execution } = active;
    const { attempt, command, by, output } = recorded;
    this.#lastNumber += 1;
    const sent = bounded(command.arguments);
    const answer = bounded(output);
    const row: EffectRow = {
      number: this.#lastNumber,
      root: creation.testRun?.root ?? execution,
      ...{ execution, executionId: creation.id, team: creation.team, pipeline: creation.pipeline },
      ...{ state: command.state, attempt: attempt.id, resource: command.resource, performer: by },
      at: this.#kernel.time.now(),
      sent: sent.value,
      isCut: sent.isCut || answer.isCut ? 1 : 0,
      answer: answer.value,
    };
    turn.put(EFFECTS, row, execution);
  }

  /** Those of test runs that nobody remembers. */
  readonly aging = {
    kind: 'remoteJobs' as const,
    needs: (limit: number): Need<unknown>[] => [this.#oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean => {
      const page = turn.known(this.#oldest(limit));
      const old = page.filter(({ at }) => at < before);
      for (const { number } of old) turn.remove(EFFECTS, [number]);
      return old.length === limit;
    },
  };

  #oldest(limit: number): Need<EffectRow[]> {
    return {
      key: `oldest ${limit} effects of test runs`,
      read: () => this.#kernel.store.listRows(EFFECTS, { limit }),
    };
  }
}

/** All of it, or its beginning as a text. */
function bounded(value: EffectRow['sent']): { value: EffectRow['sent']; isCut: boolean } {
  const text = JSON.stringify(value);
  if (text.length <= MOST) return { value, isCut: false };
  return { value: text.slice(0, MOST), isCut: true };
}
