/**
 * A challenge, in the seeds that have test runs: a pipeline runs for real, and a candidate beside it. Whatever happens:
 *
 *     I48 a challenger begins in the commit in which its champion begins, one for each, as long as the challenge wants some
 *     I49 what a challenge has counted are its comparisons, in every commit; when it is over nothing more begins or is compared
 *     I50 a challenge that was won is promoted once, and told once that it has ended and that it was promoted
 *
 * @module
 */
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { Engine } from '../../src/engine/engine.js';
import { EVENTS } from '../../src/engine/features/bus/event-table.js';
import {
  CHALLENGES,
  type ChallengeRow,
  COMPARISONS,
  type ComparisonRow,
} from '../../src/engine/features/challengers/challenger-tables.js';
import { EngineError } from '../../src/engine/kernel/errors.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import type { Commit, SynchronousStore } from '../../src/store/store.js';
import type { VirtualWorld } from './virtual-world.js';

const TEAM = 'team';
const NAME = 'challenged';
const TARGET = 2;
/** Executions that are started: more than can be challenged. */
const STARTED = 6;

const MACHINE = {
  StartAt: 'Work',
  States: {
    Work: {
      ...{ Type: 'Task', Resource: 'millrace:echo', TimeoutSeconds: 60, End: true },
      Retry: [
        { ErrorEquals: ['Soft'], IntervalSeconds: 2, MaxAttempts: 2 },
        { ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 2 },
      ],
    },
  },
} as unknown as MachineDefinition;

const DEPLOYED = {
  ...{ name: NAME, team: TEAM, tags: {}, definition: MACHINE, bindings: {}, sections: {} },
};

export class ChallengedWorld {
  readonly violations: string[] = [];
  readonly #world: VirtualWorld;
  readonly #challenges: Map<number, ChallengeRow> = new Map();
  readonly #comparisons: Map<number, ComparisonRow> = new Map();
  /** Executions of the pipeline that are no test runs. */
  readonly #champions: Set<number> = new Set();
  #acknowledged: number | undefined;

  constructor(world: VirtualWorld) {
    this.#world = world;
  }

  committed({ executions, rows }: Commit): void {
    const before = new Map(this.#challenges);
    const begun = new Set<number>();
    const made = new Map<number, string>();
    for (const { number, create, history } of executions) {
      if (create?.pipeline === NAME && create.testRun === undefined) {
        this.#champions.add(number);
      }
      if (create?.testRun !== undefined) made.set(number, create.id);
      if (history.some(({ type }) => type === 'ExecutionStarted')) begun.add(number);
    }
    const fresh: ComparisonRow[] = [];
    for (const { table, row } of rows) {
      if (row === undefined) continue;
      if (table === COMPARISONS) {
        const comparison = row as ComparisonRow;
        if (!this.#comparisons.has(comparison.number)) fresh.push(comparison);
        this.#compared(comparison);
      }
      if (table === CHALLENGES) this.#changed(row as ChallengeRow);
    }
    for (const { number, champion, challenger } of fresh) {
      const isFirst = [...this.#comparisons.values()].every(
        (one) => one.number === number || one.champion !== champion,
      );
      if (!isFirst) this.violations.push(`I48 ${champion} is challenged twice`);
      if (!begun.has(champion)) this.violations.push(`I48 ${champion} has begun before`);
      if (challenger === undefined || !made.has(challenger)) {
        this.violations.push(`I48 the challenger of ${champion} is made in another commit`);
      }
    }
    this.#missed(begun, fresh, before);
    for (const challenge of this.#challenges.values()) this.#counted(challenge);
  }

  /**
   * A champion that begins while there is room has its challenger. One commit can hold many turns, in an order that it does not
   * tell: a challenge that is made in it may have come after, and so may a verdict that gave room. Only room that there was all
   * along counts.
   */
  #missed(
    begun: ReadonlySet<number>,
    fresh: readonly ComparisonRow[],
    before: ReadonlyMap<number, ChallengeRow>,
  ): void {
    for (const { number, state, target, begun: all } of this.#challenges.values()) {
      const old = before.get(number);
      if (state !== 'running' || old === undefined) continue;
      const mostTaken = all - old.undecided;
      const hasRoom = mostTaken < target && all < 2 * target;
      if (!hasRoom) continue;
      for (const champion of begun) {
        if (!this.#champions.has(champion)) continue;
        if (fresh.some((one) => one.champion === champion)) continue;
        this.violations.push(`I48 ${champion} begins without its challenger of ${number}`);
      }
    }
  }

  #compared(row: ComparisonRow): void {
    const before = this.#comparisons.get(row.number);
    const isOver = before?.state === 'made' || before?.state === 'dropped';
    if (isOver) this.violations.push(`I49 comparison ${row.number} goes on after ${before.state}`);
    this.#comparisons.set(row.number, row);
  }

  #changed(row: ChallengeRow): void {
    const before = this.#challenges.get(row.number);
    if (before?.state === 'ended') this.violations.push(`I49 challenge ${row.number} goes on`);
    this.#challenges.set(row.number, row);
  }

  #counted({ number, state, begun, won, lost, undecided }: ChallengeRow): void {
    const own = [...this.#comparisons.values()].filter(({ challenge }) => challenge === number);
    const of = (verdict: string): number => own.filter((one) => one.verdict === verdict).length;
    const counts = [own.length, of('won'), of('lost'), of('undecided')].join();
    if (counts !== [begun, won, lost, undecided].join()) {
      this.violations.push(`I49 challenge ${number} counts ${begun},${won},${lost},${undecided}`);
    }
    const isOpen = own.some((one) => one.state === 'running' || one.state === 'comparing');
    if (state === 'ended' && isOpen) this.violations.push(`I49 ${number} is over, and compares`);
  }

  clients(engine: () => Engine | undefined): void {
    this.#challenge(engine);
    for (let i = 0; i < STARTED; i += 1) this.#start(i, engine);
  }

  /** Deploys the pipeline unless it is there, and challenges it, until that is acknowledged. */
  #challenge(engine: () => Engine | undefined): void {
    const world = this.#world;
    const attempt = (): void => {
      if (this.#acknowledged !== undefined) return;
      world.after(3_000, attempt);
      const now = engine();
      if (now !== undefined) void this.#try(now).catch(() => {});
    };
    world.after(0, attempt);
  }

  async #try(engine: Engine): Promise<void> {
    const { pipelines, challengers } = engine;
    const where = { folder: '', input: { version: 1 } };
    const isThere = (await pipelines.list(ofTeam(TEAM))).some(({ name }) => name === NAME);
    if (!isThere) await pipelines.deploy({ ...DEPLOYED, ...where });
    const changed = { ...DEPLOYED, ...where, input: { version: 2 } };
    const { number: candidate } = await pipelines.keepCandidate(changed);
    const asked = { pipeline: NAME, candidate, text: 'pipeline: challenged\n', by: 'somebody' };
    const how = { executions: TARGET, promote: 'automatically' as const };
    try {
      const rules = ['duration at most 1000000 x'];
      const { number } = await challengers.start(ofTeam(TEAM), { ...asked, ...how, rules });
      this.#acknowledged ??= number;
    } catch (error) {
      // An answer may have been lost: it runs, or it has won already.
      if (!(error instanceof EngineError)) throw error;
      if (/^(ChallengeExists|CandidateIsCurrent)$/.test(error.kind)) this.#acknowledged ??= 0;
    }
  }

  #start(i: number, engine: () => Engine | undefined): void {
    const world = this.#world;
    let isDone = false;
    const attempt = (): void => {
      if (isDone) return;
      world.after(4_000, attempt);
      engine()
        ?.executions.start(EVERYTHING, { pipeline: NAME, team: TEAM, name: `champion-${i}` })
        .then(
          () => {
            isDone = true;
          },
          () => {},
        );
    };
    world.after(world.between(5_000, 80_000), attempt);
  }

  /** Everything is at rest, and a server has begun since the last fault. */
  atEnd(store: SynchronousStore): string[] {
    const told = store.listRows(EVENTS).filter(({ source }) => source === 'millrace.challengers');
    for (const { number, ...row } of store.listRows(CHALLENGES)) {
      const of = (type: string): number =>
        told.filter(
          ({ detailType, envelope }) =>
            detailType === type && JSON.stringify(envelope).includes(`"challenge":${number},`),
        ).length;
      const isPromoted = row.promotedVersion !== undefined;
      if (row.state === 'promoting') this.violations.push(`I50 ${number} is never promoted`);
      if (row.state === 'ended' && of('Challenge Ended') !== 1) {
        this.violations.push(`I50 ${of('Challenge Ended')} times it was told that ${number} ended`);
      }
      if (of('Challenger Promoted') !== (isPromoted ? 1 : 0)) {
        this.violations.push(`I50 ${of('Challenger Promoted')} times ${number} was promoted`);
      }
      if (row.verdict === 'won' && !isPromoted) this.violations.push(`I50 ${number} has won, only`);
      const open = [...this.#comparisons.values()].filter(
        (one) => one.challenge === number && one.state === 'comparing',
      );
      if (open.length > 0) this.violations.push(`I49 ${open.length} of ${number} wait for ever`);
    }
    return this.violations;
  }
}
