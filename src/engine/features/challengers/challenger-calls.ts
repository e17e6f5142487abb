/**
 * `engine.challengers`: candidates beside current versions, what came of them, and promoting them.
 * @module
 */
import { MOST_RULES, readRule, USUAL_RULES } from '../../../datasets/challenger/rules.js';
import type { PipelineRef } from '../../../store/pipeline-ref.js';
import type { PipelineDeployment } from '../../kernel/deployment.js';
import type { DurableRequest } from '../../kernel/durable-request.js';
import { durableWrite } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { EVERYTHING, type Scope, sees } from '../../kernel/scope.js';
import {
  CHALLENGES,
  type ChallengeRow,
  COMPARISONS,
  type ComparisonRow,
  type PromotionRow,
} from './challenger-tables.js';
import type { Challengers } from './challengers.js';
import type { FileStanding } from './promotions.js';

/** What begins. */
export interface ChallengeRequest {
  /** The pipeline by its name, among those that the caller sees. */
  readonly pipeline: string;
  /** Number of the record of a version of it: what `pipelines.keepCandidate` answers. */
  readonly candidate: number;
  /** Text of the candidate's file. */
  readonly text: string;
  /** Comparisons that must be decided. Defaults to 5; at most 100. */
  readonly executions?: number;
  /** Defaults to `USUAL_RULES`. */
  readonly rules?: readonly string[];
  /** Defaults to by command. */
  readonly promote?: ChallengeRow['promote'];
  /** Whether executions of backfills are challenged, too. Defaults to without. */
  readonly backfills?: ChallengeRow['backfills'];
  readonly by: string;
}

export type Challenge = Omit<ChallengeRow, 'candidateText'>;

export interface ChallengeDetail extends Challenge {
  readonly candidateText: string;
  /** The newest first. */
  readonly comparisons: readonly ComparisonRow[];
}

export interface ChallengerCalls {
  /** Throws PipelineNotFound, ChallengeExists, ChallengeRuleRefused, CandidateIsCurrent, CandidateOfAnother. */
  start(scope: Scope, request: ChallengeRequest): Promise<Challenge>;
  /** The newest first. */
  list(
    scope: Scope,
    filter?: { readonly pipeline?: string; readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<Challenge>>;
  /** Throws ChallengeNotFound. */
  show(scope: Scope, number: number): Promise<ChallengeDetail>;
  /** Answers when it is durable that it will be; the version is current a moment later. Throws ChallengeNotFound, ChallengeOver, ChampionChanged. */
  promote(scope: Scope, number: number, by: string): Promise<Challenge>;
  /** Throws ChallengeNotFound, ChallengeOver. */
  stop(scope: Scope, number: number, by: string): Promise<Challenge>;
  /** What is to become of what a file says: what was promoted over it is not undone by what it said before. */
  standingOf(deployment: PipelineDeployment): FileStanding;
  /** The file of a pipeline says something of its own again. */
  fileRead(ref: PipelineRef): Promise<void>;
  /** Pipelines whose files are older than what was promoted. */
  promotedOver(scope: Scope): readonly PromotionRow[];
  /** Resolves when nothing is compared or promoted. */
  settled(): Promise<void>;
}

const USUAL_EXECUTIONS = 5;
/** Comparisons that are told of a challenge: as many as can begin. */
const MOST_COMPARISONS = 200;

export function challengerCalls(
  kernel: Pick<Kernel, 'reads' | 'store' | 'machines' | 'write'>,
  challengers: Challengers,
  request: DurableRequest,
): ChallengerCalls {
  const write = durableWrite(request);

  async function find(scope: Scope, number: number): Promise<ChallengeRow> {
    const row = await kernel.reads.findRow(CHALLENGES, [number]);
    if (row !== undefined && sees(scope, row.team)) return row;
    throw new EngineError('ChallengeNotFound', { number: String(number) });
  }

  return {
    async start(scope, asked) {
      const ref = kernel.machines.choose(scope, asked.pipeline);
      const champion = kernel.machines.current(ref);
      if (champion === undefined) {
        throw new EngineError('PipelineNotFound', { pipeline: asked.pipeline });
      }
      const candidate = await kernel.machines.find(asked.candidate);
      if (candidate.key !== champion.key) {
        throw new EngineError('CandidateOfAnother', { pipeline: ref.name });
      }
      if (candidate.record.number === champion.record.number) {
        throw new EngineError('CandidateIsCurrent', { pipeline: ref.name });
      }
      const rules = readRules(asked.rules ?? USUAL_RULES);
      const row = await write((turn) =>
        challengers.start(turn, champion, candidate, {
          ...{ candidateText: asked.text, target: asked.executions ?? USUAL_EXECUTIONS, rules },
          ...{ promote: asked.promote ?? 'by command', backfills: asked.backfills ?? 'without' },
          startedBy: asked.by,
        }),
      );
      return plain(row);
    },
    async list(scope, { pipeline, limit: wanted, cursor } = {}) {
      const limit = limitOf(wanted);
      const [below] = cursor === undefined ? [] : fromCursor('challenges', cursor, 1);
      const teams = scope === EVERYTHING ? [undefined] : scope.teams;
      const refs = pipeline === undefined ? undefined : named(kernel, scope, pipeline);
      const wheres =
        refs === undefined
          ? teams.map((team) => (team === undefined ? {} : { team }))
          : refs.map(({ team, name }) => ({ team, pipeline: name }));
      const pages = await Promise.all(
        wheres.map((where) =>
          kernel.reads.listRows(CHALLENGES, {
            where,
            ...(below === undefined ? {} : { below: { number: below } }),
            order: { by: ['number'], down: true },
            limit: limit + 1,
          }),
        ),
      );
      const found = pages.flat().sort((a, b) => b.number - a.number);
      const items = found.slice(0, limit).map(plain);
      const last = items.at(-1);
      const isMore = found.length > limit && last !== undefined;
      return { items, ...(isMore ? { next: toCursor('challenges', [last.number]) } : {}) };
    },
    async show(scope, number) {
      const row = await find(scope, number);
      const comparisons = await kernel.reads.listRows(COMPARISONS, {
        where: { challenge: number },
        order: { by: ['number'], down: true },
        limit: MOST_COMPARISONS,
      });
      return { ...row, comparisons };
    },
    async promote(scope, number, by) {
      const found = await find(scope, number);
      // One that has ended with a verdict can be promoted as long as its champion is current.
      const isDecided = found.state === 'ended' && found.verdict !== undefined;
      const promoted = await write((turn) => {
        const live = challengers.live(number);
        if (live?.state === 'promoting') return live;
        if (live === undefined && (!isDecided || found.promotedAt !== undefined)) throw over(found);
        if (live === undefined) mustBeAlone(challengers, found);
        return challengers.promote(turn, live ?? found, by);
      });
      return plain(promoted);
    },
    async stop(scope, number, by) {
      const found = await find(scope, number);
      const stopped = await write((turn) => {
        const live = challengers.live(number);
        if (live?.state !== 'running') throw over(found);
        return challengers.end(turn, live, { reason: `stopped by ${by}` });
      });
      return plain(stopped);
    },
    standingOf: (deployment) => challengers.promotions.standingOf(deployment),
    async fileRead(ref) {
      if (challengers.promotions.find(ref) === undefined) return;
      await kernel.write((turn) => challengers.promotions.forget(turn, ref));
    },
    promotedOver: (scope) => challengers.promotions.all().filter(({ team }) => sees(scope, team)),
    settled: () => challengers.settled(),
  };
}

/** @throws EngineError ChallengeRuleRefused */
function readRules(texts: readonly string[]): string[] {
  if (texts.length > MOST_RULES) {
    throw new EngineError('ChallengeRuleRefused', { cause: `there are more than ${MOST_RULES}` });
  }
  return texts.map((text) => {
    const rule = readRule(text);
    if ('problem' in rule) throw new EngineError('ChallengeRuleRefused', { cause: rule.problem });
    return rule.text;
  });
}

/** Pipelines of a name that the caller sees. */
function named(
  { machines }: Pick<Kernel, 'machines'>,
  scope: Scope,
  name: string,
): readonly PipelineRef[] {
  return machines.known(scope, name);
}

function mustBeAlone(challengers: Challengers, { team, pipeline }: ChallengeRow): void {
  const other = challengers.ofPipeline({ team, name: pipeline });
  if (other === undefined) return;
  throw new EngineError('ChallengeExists', { number: String(other.number), pipeline });
}

function over({ number, promotedVersion, verdict, reason, state }: ChallengeRow): EngineError {
  const why =
    promotedVersion !== undefined
      ? `it was promoted as version ${promotedVersion}`
      : (reason ?? verdict ?? state);
  return new EngineError('ChallengeOver', { number: String(number), why });
}

function plain({ candidateText: _, ...row }: ChallengeRow): Challenge {
  return row;
}
