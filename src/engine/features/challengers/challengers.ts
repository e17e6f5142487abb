/**
 * Challengers: a candidate runs beside the current version of a pipeline, on the same input and the same versions of datasets, until
 * enough comparisons say whether it is better.
 *
 *     execution begins ──same commit──▶ a comparison, and a test run of the candidate: the challenger
 *     both have ended ──▶ comparing ──in a process of its own──▶ judged by the rules ──▶ after N: the verdict
 *     won, or told to ──▶ promoting: the note over the file ──▶ the candidate is deployed ──▶ ended
 *     the pipeline has another version meanwhile ──▶ ended, nothing decided
 *
 * All of it lies in rows, each step in the commit of what causes it; what was being compared or promoted in a crash is done when the
 * server begins. A challenger is a test run: it writes what nobody reads, and the champion neither waits for it nor hears of it.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import {
  judgeChallenge,
  judgeComparison,
  type RunOutcome,
} from '../../../datasets/challenger/judge.js';
import {
  type ChallengeRule,
  numberAt,
  outputPaths,
  readRule,
} from '../../../datasets/challenger/rules.js';
import { type PipelineRef, pipelineKey } from '../../../store/pipeline-ref.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { EngineError } from '../../kernel/errors.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { startInTurn } from '../../kernel/requests.js';
import { isTestRun, TEST_RUN_PREFIX } from '../../kernel/test-runs.js';
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import type { ChallengeChange } from './challenger-event.js';
import {
  CHALLENGES,
  type ChallengeRow,
  COMPARISONS,
  type ComparisonRow,
  PROMOTIONS,
} from './challenger-tables.js';
import { compareExecutions, type VersionPeers } from './compare-executions.js';
import { deploymentDigest, Promotions } from './promotions.js';

/** Challengers that may begin, of as many comparisons as must be decided: some champions fail. */
const MOST_BEGUN = 2;

export interface ChallengerPeers extends VersionPeers {
  /** Tells the bus. */
  tell(turn: Turn, change: ChallengeChange, row: ChallengeRow): void;
}

/** What is asked for when a challenge begins. */
export type NewChallenge = Pick<
  ChallengeRow,
  'candidateText' | 'target' | 'rules' | 'promote' | 'backfills' | 'startedBy'
>;

interface Side {
  readonly comparison: number;
  readonly side: 'champion' | 'challenger';
}

export class Challengers implements Feature {
  readonly name = 'challengers';
  readonly tables: readonly AnyTable[] = [CHALLENGES, COMPARISONS, PROMOTIONS];
  readonly hearsOfTestRuns = true;
  readonly promotions: Promotions = new Promotions();
  readonly #kernel: Kernel;
  readonly #peers: ChallengerPeers;
  /** Those that have not ended, by their numbers, and the number of each pipeline's. */
  readonly #challenges: TurnMap<number, ChallengeRow> = new TurnMap();
  readonly #ofPipeline: TurnMap<string, number> = new TurnMap();
  /** Comparisons that are not made yet, and executions that they wait for. */
  readonly #comparisons: TurnMap<number, ComparisonRow> = new TurnMap();
  readonly #sides: TurnMap<number, Side> = new TurnMap();
  readonly #closing: AbortController = new AbortController();
  #isOpen = false;
  /** What was found when it opened, and is written when it begins. */
  readonly #overdue: (() => void)[] = [];
  #working: Promise<void> | undefined;
  #lastChallenge = 0;
  #lastComparison = 0;

  constructor(kernel: Kernel, peers: ChallengerPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    await this.promotions.open(store);
    this.#lastChallenge = await store.lastNumber(CHALLENGES);
    this.#lastComparison = await store.lastNumber(COMPARISONS);
    for (const state of ['running', 'promoting'] as const) {
      for (const row of await store.listRows(CHALLENGES, { where: { state } })) {
        this.#challenges.remember(row.number, row);
        this.#ofPipeline.remember(keyOf(row), row.number);
      }
    }
    for (const state of ['running', 'comparing'] as const) {
      for (const row of await store.listRows(COMPARISONS, { where: { state } })) {
        this.#comparisons.remember(row.number, row);
        if (state !== 'running') continue;
        this.#sides.remember(row.champion, { comparison: row.number, side: 'champion' });
        if (row.challenger === undefined) continue;
        this.#sides.remember(row.challenger, { comparison: row.number, side: 'challenger' });
      }
    }
  }

  begin(): void {
    this.#isOpen = true;
    for (const end of this.#overdue.splice(0)) end();
    this.#work();
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#closing.abort();
    await this.#working;
  }

  /** A challenge is of one version: with another one it is over. Deploying what it promotes is what it is for. */
  deployed({ ref, record }: LoadedMachine): void {
    const row = this.ofPipeline(ref);
    if (row === undefined || row.state === 'promoting' || row.champion === record.number) return;
    this.#endSoon(row.number, `version ${record.version} was deployed`);
  }

  withdrawn(key: string): void {
    const number = this.#ofPipeline.get(key);
    if (number !== undefined) this.#endSoon(number, 'the pipeline was withdrawn');
  }

  #endSoon(number: number, reason: string): void {
    if (!this.#isOpen) {
      this.#overdue.push(() => this.#endSoon(number, reason));
      return;
    }
    void this.#kernel
      .write((turn) => {
        const row = this.#challenges.get(number);
        if (row?.state === 'running') this.end(turn, row, { reason });
      })
      // Not written: the next execution is not of the champion's version, so nothing begins; told when the server begins again.
      .catch(() => undefined);
  }

  /** The challenge of a pipeline that has not ended. */
  ofPipeline(ref: PipelineRef): ChallengeRow | undefined {
    const number = this.#ofPipeline.get(pipelineKey(ref));
    return number === undefined ? undefined : this.#challenges.get(number);
  }

  /** One that has not ended. */
  live(number: number): ChallengeRow | undefined {
    return this.#challenges.get(number);
  }

  /** @throws EngineError ChallengeExists, ChampionChanged */
  start(
    turn: Turn,
    champion: LoadedMachine,
    candidate: LoadedMachine,
    asked: NewChallenge,
  ): ChallengeRow {
    const { ref, record } = champion;
    const before = this.ofPipeline(ref);
    if (before !== undefined) {
      const number = String(before.number);
      throw new EngineError('ChallengeExists', { number, pipeline: ref.name });
    }
    if (this.#kernel.machines.current(ref)?.record.number !== record.number) {
      throw new EngineError('ChampionChanged', { pipeline: ref.name });
    }
    this.#lastChallenge += 1;
    const row: ChallengeRow = {
      ...{ number: this.#lastChallenge, team: ref.team, pipeline: ref.name, state: 'running' },
      ...{ champion: record.number, championVersion: record.version },
      ...{ candidate: candidate.record.number, candidateVersion: candidate.record.version },
      ...asked,
      ...{ begun: 0, won: 0, lost: 0, undecided: 0, at: this.#kernel.time.now() },
    };
    this.#put(turn, row);
    return row;
  }

  #put(turn: Turn, row: ChallengeRow): void {
    turn.put(CHALLENGES, row);
    const isLive = row.state !== 'ended';
    this.#challenges.set(turn, row.number, isLive ? row : undefined);
    this.#ofPipeline.set(turn, keyOf(row), isLive ? row.number : undefined);
  }

  #putComparison(turn: Turn, row: ComparisonRow): void {
    turn.put(COMPARISONS, row);
    const isOpen = row.state === 'running' || row.state === 'comparing';
    this.#comparisons.set(turn, row.number, isOpen ? row : undefined);
    if (row.state === 'running') return;
    this.#sides.set(turn, row.champion, undefined);
    if (row.challenger !== undefined) this.#sides.set(turn, row.challenger, undefined);
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'ExecutionBegun') this.#begun(turn, fact.execution);
    else if (fact.type === 'ExecutionEnded') this.#ended(turn, fact.execution);
  }

  #begun(turn: Turn, { number, creation, machine }: ActiveExecution): void {
    if (isTestRun(creation) || creation.mapRun !== undefined) return;
    const row = this.ofPipeline(machine.ref);
    if (row?.state !== 'running' || row.champion !== machine.record.number) return;
    if (creation.triggeredBy?.type === 'backfill' && row.backfills === 'without') return;
    const open = row.begun - row.won - row.lost - row.undecided;
    if (row.won + row.lost + open >= row.target || row.begun >= MOST_BEGUN * row.target) return;
    this.#lastComparison += 1;
    const comparison: ComparisonRow = {
      ...{ number: this.#lastComparison, challenge: row.number, state: 'running' },
      ...{ champion: number, championId: creation.id, at: this.#kernel.time.now() },
      ...(creation.interval === undefined ? {} : { interval: creation.interval }),
    };
    this.#put(turn, { ...row, begun: row.begun + 1 });
    this.#putComparison(turn, comparison);
    this.#sides.set(turn, number, { comparison: comparison.number, side: 'champion' });
    startInTurn(
      this.#kernel,
      turn,
      {
        pipeline: machine.ref,
        name: `${TEST_RUN_PREFIX}challenger-${row.number}-${comparison.number}`,
        input: creation.context.Execution.Input,
        tags: { ...creation.tags },
        ...(creation.interval === undefined ? {} : { interval: creation.interval }),
        triggeredBy: { type: 'challenger', challenge: row.number, champion: creation.id },
        testRun: { candidate: row.candidate, readsOf: number },
      },
      (later, outcome) => {
        const known = this.#comparisons.get(comparison.number);
        if (known === undefined) return;
        if (outcome instanceof EngineError) {
          const words = `the challenger did not begin: ${outcome.message}`;
          this.#judged(later, known, 'undecided', { rules: [notBegun(words)], datasets: [] });
          return;
        }
        const challenger = { challenger: outcome.number, challengerId: outcome.creation.id };
        this.#putComparison(later, { ...known, ...challenger });
        this.#sides.set(later, outcome.number, { comparison: known.number, side: 'challenger' });
      },
    );
  }

  #ended(turn: Turn, active: ActiveExecution): void {
    const of = this.#sides.get(active.number);
    const row = of === undefined ? undefined : this.#comparisons.get(of.comparison);
    if (of === undefined || row?.state !== 'running') return;
    const challenge = this.#challenges.get(row.challenge);
    const outcome = this.#outcomeOf(active, rulesOf(challenge?.rules ?? []));
    const told: ComparisonRow =
      of.side === 'champion'
        ? { ...row, championOutcome: outcome }
        : { ...row, challengerOutcome: outcome };
    const areBoth = told.championOutcome !== undefined && told.challengerOutcome !== undefined;
    this.#putComparison(turn, areBoth ? { ...told, state: 'comparing' } : told);
    if (areBoth) turn.afterCommit(() => this.#work());
  }

  #outcomeOf(
    { state: { header }, creation, stoppedAt }: ActiveExecution,
    rules: readonly ChallengeRule[],
  ): RunOutcome {
    const cost = (header.cost ?? 0) + (header.spent?.cost ?? 0);
    const isPriced = header.cost !== undefined || header.spent?.cost !== undefined;
    const numbers = outputPaths(rules).flatMap((path): [string, number][] => {
      const value = numberAt(header.output, path);
      return value === undefined ? [] : [[path, value]];
    });
    return {
      status: header.status,
      ...(header.error === undefined ? {} : { error: header.error.slice(0, 200) }),
      durationMs: Math.max(0, (stoppedAt ?? this.#kernel.time.now()) - creation.startedAt),
      ...(isPriced ? { cost } : {}),
      numbers: Object.fromEntries(numbers),
    };
  }

  /** One thing after the other: what is to be compared, then what is to be promoted. */
  #work(): void {
    if (!this.#isOpen || this.#working !== undefined) return;
    const comparing = this.#comparisons
      .durableEntries()
      .find(([, { state }]) => state === 'comparing')?.[1];
    const promoting = this.#challenges
      .durableEntries()
      .find(([, { state }]) => state === 'promoting')?.[1];
    const work =
      comparing !== undefined
        ? this.#compare(comparing)
        : promoting !== undefined
          ? this.#promote(promoting)
          : undefined;
    if (work === undefined) return;
    this.#working = work
      .then(() => 'done' as const)
      // The store takes nothing: what is open is done when something else ends, or the server begins again.
      .catch(() => 'failed' as const)
      .then((outcome) => {
        this.#working = undefined;
        if (outcome === 'done') this.#work();
      });
  }

  /** Resolves when nothing is compared or promoted. For tests. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #compare(row: ComparisonRow): Promise<void> {
    const { champion, challenger, championOutcome, challengerOutcome } = row;
    const challenge = this.#challenges.durable(row.challenge);
    const isWhole =
      challenger !== undefined && championOutcome !== undefined && challengerOutcome !== undefined;
    if (challenge === undefined || !isWhole) {
      await this.#kernel.write((turn) => this.#putComparison(turn, { ...row, state: 'dropped' }));
      return;
    }
    const { signal } = this.#closing;
    const datasets = await compareExecutions(this.#peers, champion, challenger, signal).catch(
      (error: unknown) => {
        if (signal.aborted) throw error;
        return error instanceof Error ? error.message : String(error);
      },
    );
    const isCompared = typeof datasets !== 'string';
    const judged = judgeComparison(
      rulesOf(challenge.rules),
      championOutcome,
      challengerOutcome,
      isCompared ? datasets : [],
    );
    const verdict = isCompared ? judged.verdict : 'undecided';
    const rules = isCompared ? judged.rules : [notBegun(`they were not compared: ${datasets}`)];
    await this.#kernel.write((turn) => {
      const known = this.#comparisons.get(row.number);
      if (known?.state !== 'comparing') return;
      this.#judged(turn, known, verdict, { rules, datasets: isCompared ? datasets : [] });
    });
  }

  /** A comparison is made; with the last of them the challenge has its verdict. */
  #judged(
    turn: Turn,
    row: ComparisonRow,
    verdict: NonNullable<ComparisonRow['verdict']>,
    result: { readonly rules: unknown; readonly datasets: unknown },
  ): void {
    const madeAt = this.#kernel.time.now();
    const made = { ...row, state: 'made' as const, verdict, madeAt };
    this.#putComparison(turn, { ...made, result: JSON.parse(JSON.stringify(result)) as Json });
    const challenge = this.#challenges.get(row.challenge);
    if (challenge === undefined) return;
    const counted = { ...challenge, [verdict]: challenge[verdict] + 1 };
    const { target, promote } = counted;
    const said = judgeChallenge(counted, target, MOST_BEGUN * target);
    if (said === undefined || counted.state !== 'running') {
      this.#put(turn, counted);
      return;
    }
    if (said === 'won' && promote === 'automatically') {
      this.promote(turn, { ...counted, verdict: said }, 'millrace');
      return;
    }
    this.end(turn, counted, { verdict: said });
  }

  /** Nothing more begins; what has begun ends by itself, and is not compared. */
  end(turn: Turn, row: ChallengeRow, why: Pick<ChallengeRow, 'verdict' | 'reason'>): ChallengeRow {
    const now = this.#kernel.time.now();
    const ended: ChallengeRow = { ...row, ...why, state: 'ended', endedAt: row.endedAt ?? now };
    this.#put(turn, ended);
    for (const [, comparison] of this.#comparisons.entries()) {
      if (comparison.challenge !== row.number) continue;
      this.#putComparison(turn, { ...comparison, state: 'dropped' });
    }
    // One that was over with a verdict, and is promoted later, is over once.
    if (row.endedAt === undefined) this.#peers.tell(turn, 'Challenge Ended', ended);
    return ended;
  }

  /**
   * The candidate is to become the current version: it does after the commit, and if the server dies before, when it begins again.
   * @throws EngineError ChampionChanged
   */
  promote(turn: Turn, row: ChallengeRow, by: string): ChallengeRow {
    const ref = { team: row.team, name: row.pipeline };
    const current = this.#kernel.machines.current(ref);
    if (current?.record.number !== row.champion) {
      throw new EngineError('ChampionChanged', { pipeline: row.pipeline });
    }
    const promoting: ChallengeRow = { ...row, state: 'promoting', promotedBy: by };
    this.#put(turn, promoting);
    turn.afterCommit(() => this.#work());
    return promoting;
  }

  async #promote(row: ChallengeRow): Promise<void> {
    const { machines, deployments } = this.#kernel;
    const ref = { team: row.team, name: row.pipeline };
    const { deployment: candidate } = await machines.find(row.candidate);
    const { candidate: _, ...deployment } = candidate;
    const current = machines.current(ref);
    const promoted = deploymentDigest(deployment);
    const isThere = current !== undefined && deploymentDigest(current.deployment) === promoted;
    if (!isThere && current?.record.number !== row.champion) {
      const reason = 'another version was deployed before it was promoted';
      await this.#kernel.write((turn) => void this.end(turn, row, { reason }));
      return;
    }
    if (!isThere) {
      const champion = await machines.find(row.champion);
      await this.#kernel.write((turn) =>
        this.promotions.note(turn, {
          ...{ team: row.team, pipeline: row.pipeline, challenge: row.number, promoted },
          ...{ replaced: deploymentDigest(champion.deployment), at: this.#kernel.time.now() },
        }),
      );
    }
    const machine = await deployments.deploy(deployment).catch((error: unknown) => {
      if (error instanceof EngineError && error.status < 500) return error;
      throw error;
    });
    if (machine instanceof EngineError) {
      await this.#kernel.write((turn) => {
        this.promotions.forget(turn, ref);
        this.end(turn, row, { reason: machine.message });
      });
      return;
    }
    await this.#kernel.write((turn) => {
      const promotedAt = this.#kernel.time.now();
      const done = { ...row, promotedAt, promotedVersion: machine.record.version };
      const ended = this.end(turn, done, row.verdict === undefined ? {} : { verdict: row.verdict });
      this.#peers.tell(turn, 'Challenger Promoted', ended);
    });
  }
}

function keyOf({ team, pipeline }: Pick<ChallengeRow, 'team' | 'pipeline'>): string {
  return pipelineKey({ team, name: pipeline });
}

function notBegun(words: string): { rule: string; outcome: 'undecided'; words: string } {
  return { rule: 'succeeds', outcome: 'undecided', words };
}

/** Rules were read before they were stored. */
function rulesOf(texts: readonly string[]): ChallengeRule[] {
  return texts.flatMap((text) => {
    const rule = readRule(text);
    return 'problem' in rule ? [] : [rule];
  });
}
