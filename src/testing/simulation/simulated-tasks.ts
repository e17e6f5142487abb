/**
 * The tasks of simulated pipelines: they succeed after the time that their pipeline takes, unless a mock says otherwise or
 * something is broken just now.
 * @module
 */
import type { BegunAttempt, MockedAttempt, TaskMocks } from '../../engine/kernel/mocked-tasks.js';
import type { AttemptOutcome } from '../../engine/kernel/ports.js';
import { TestMocks, type Unanswered } from '../test-mocks.js';
import type { StateMock } from '../test-plan.js';
import type { VirtualTime } from '../virtual-time.js';

/** What is really performed: it does nothing to the world, or is part of the simulation. */
const PERFORMED = ['echo', 'result', 'execution'];

export class SimulatedTasks implements TaskMocks {
  readonly #time: VirtualTime;
  readonly #takes: ReadonlyMap<string, number>;
  readonly #mocks: Map<string, { states: ReadonlyMap<string, StateMock>; mocks: TestMocks }> =
    new Map();
  /** Errors of pipelines whose tasks fail. */
  readonly #broken: Map<string, string> = new Map();

  /**
   * @param takes virtual milliseconds of each task, by pipeline
   * @param mocks by pipeline and state
   */
  constructor(
    time: VirtualTime,
    takes: ReadonlyMap<string, number>,
    mocks: ReadonlyMap<string, ReadonlyMap<string, StateMock>>,
  ) {
    this.#time = time;
    this.#takes = takes;
    for (const [pipeline, states] of mocks) {
      this.#mocks.set(pipeline, { states, mocks: new TestMocks(states, time) });
    }
  }

  /** Tasks whose mock has no further outcome. */
  get unanswered(): Unanswered[] {
    return [...this.#mocks.values()].flatMap(({ mocks }) => mocks.unanswered);
  }

  breaks(pipeline: string, error: string): void {
    this.#broken.set(pipeline, error);
  }

  mends(pipeline: string): void {
    this.#broken.delete(pipeline);
  }

  hasTestCase(): boolean {
    return false;
  }

  answers(attempt: MockedAttempt): boolean {
    const mock = this.#mocks.get(attempt.pipeline)?.states.get(attempt.state);
    if (mock !== undefined) return mock.type !== 'run';
    return this.#broken.has(attempt.pipeline) || !PERFORMED.includes(attempt.performer);
  }

  answer(attempt: BegunAttempt, settle: (outcome: AttemptOutcome) => void): void {
    const { pipeline, state } = attempt;
    const error = this.#broken.get(pipeline);
    const mocked = this.#mocks.get(pipeline);
    if (error === undefined && mocked?.states.has(state)) {
      mocked.mocks.answer(attempt, settle);
      return;
    }
    const outcome: AttemptOutcome =
      error === undefined
        ? { type: 'succeeded', output: {} }
        : { type: 'failed', error, cause: 'broken by the test' };
    this.#time.after(this.#takes.get(pipeline) ?? 0, () => settle(outcome));
  }
}
