/**
 * The read side: what the store has, in the shapes of the facade. Reads see committed state only.
 * @module
 */
import type { ExecutionHeader } from '../../asl/execution-state.js';
import type { HistoryEvent } from '../../asl/transition.js';
import type { SecretRegistry } from '../../secrets/secret-registry.js';
import { SecretValues } from '../../secrets/secret-values.js';
import { pipelineOf } from '../../store/pipeline-ref.js';
import type {
  ExecutionRecord,
  ExecutionScope,
  ListedExecution,
  LogLine,
  LogPosition,
  PipelineRef,
} from '../../store/store.js';
import type { UsageDetail } from '../features/costs/costs.js';
import { describeMapRun, type MapRunDetail } from '../features/map-runs/map-run-detail.js';
import { stateOf } from '../features/map-runs/map-run-state.js';
import { MAP_RUNS, type MapRunRecord } from '../features/map-runs/map-run-table.js';
import type { LoadedMachine } from '../kernel/active-execution.js';
import { mapRunId, parseStatesArn } from '../kernel/arn.js';
import { EngineError } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { ambiguous, type MachineShelf } from '../kernel/machine-shelf.js';
import { maskEvent } from '../kernel/masking/mask-turn.js';
import type { SealedStore } from '../kernel/masking/sealed-store.js';
import { fromCursor, limitOf, type Page, toCursor } from '../kernel/pages.js';
import { type Scope, sees, teamsIn } from '../kernel/scope.js';
import { understood } from '../kernel/searches.js';
import type {
  ExecutionDetail,
  ExecutionSummary,
  HistoryPage,
  ListExecutions,
  LogPage,
  View,
} from './execution-detail.js';
import { type PipelineDetail, type PipelineSummary, summarisePipeline } from './pipeline-detail.js';
import { type SearchParts, searchExecutions } from './search-executions.js';

const MAX_MAP_RUNS = 1_000;
/** Bytes of events in one page: with inputs of 256 KiB each, a thousand of them would hold everybody up. */
const PAGE_BYTES = 2 * 1024 ** 2;

/** What ids look like: UUIDs. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What is known elsewhere: the time, and what features know of an execution besides its record. */
export interface ReadingPeers {
  now(): number;
  /** Why an execution of a pipeline has not begun; undefined when it does not wait. */
  queued(pipeline: PipelineRef, number: number): string | undefined;
  /** What one that has begun waits for before it goes on; undefined: for nothing that others have. */
  waits(number: number): string | undefined;
  /** What it has used. @param at when it ended; undefined: it runs */
  used(header: ExecutionHeader, at: number | undefined): UsageDetail;
}

export class Reading {
  readonly #store: SealedStore;
  /** The same store, for what may take long: read beside the main loop. */
  readonly #reads: SealedStore;
  readonly #secrets: SecretRegistry;
  readonly #mapRuns: Map<number, { mapRun: string; mapRunArn: string }> = new Map();
  readonly #machines: MachineShelf;
  readonly #peers: ReadingPeers;

  constructor(
    { store, reads, secrets, machines }: Pick<Kernel, 'store' | 'reads' | 'secrets' | 'machines'>,
    peers: ReadingPeers,
  ) {
    this.#store = store;
    this.#reads = reads;
    this.#secrets = secrets;
    this.#machines = machines;
    this.#peers = peers;
  }

  /**
   * By id, number (`#12`), `PIPELINE/NAME` or ARN.
   * @throws EngineError ExecutionNotFound, also for one that the scope does not see; PipelineAmbiguous
   */
  async find(scope: Scope, execution: string): Promise<ExecutionRecord> {
    const wanted = execution.startsWith('arn:') ? byArn(execution) : execution;
    const [, number] = /^#(\d{1,15})$/.exec(execution) ?? [];
    const found =
      number === undefined
        ? await this.#findNamed(scope, wanted)
        : await this.#store.findExecution(Number(number));
    if (found && sees(scope, found.team)) return found;
    throw new EngineError('ExecutionNotFound', { execution: wanted.slice(0, 200) });
  }

  async #findNamed(scope: Scope, wanted: string): Promise<ExecutionRecord | undefined> {
    const slash = wanted.indexOf('/');
    return slash < 0
      ? this.#store.findExecutionById(wanted)
      : this.#findByName(scope, wanted.slice(0, slash), wanted.slice(slash + 1));
  }

  async #findByName(
    scope: Scope,
    pipeline: string,
    name: string,
  ): Promise<ExecutionRecord | undefined> {
    // Without a name of its own an execution is called by its id; few choose a name of that form.
    if (ID.test(name)) {
      const byId = await this.#store.findExecutionById(name);
      if (byId?.pipeline === pipeline && byId.name === name) return byId;
    }
    const found: ExecutionRecord[] = [];
    for (const known of this.#machines.known(scope, pipeline)) {
      const record = await this.#store.findExecutionByName(known, name);
      if (record) found.push(record);
    }
    if (found.length > 1) throw ambiguous(pipeline, found.map(pipelineOf));
    return found[0];
  }

  async summarise(record: ListedExecution, view: View = 'masked'): Promise<ExecutionSummary> {
    const machine = await this.#machines.find(record.machine);
    const parent =
      record.parentExecution ??
      (record.parent && (await this.#store.findExecution(record.parent.execution)));
    const mapRun = record.mapRun && (await this.#mapRunOf(record.mapRun.number));
    // Which execution of another team has started it is that team's affair.
    const isOurs = parent && parent.team === record.team;
    const { error, cause, status } = record.header;
    return {
      id: record.id,
      arn: record.context.Execution.Id,
      number: record.number,
      name: record.name,
      pipeline: record.pipeline,
      version: machine.record.version,
      team: record.team,
      status,
      tags: record.tags,
      startedAt: record.startedAt,
      ...(record.stoppedAt === undefined ? {} : { stoppedAt: record.stoppedAt }),
      redriveCount: record.redriveCount,
      ...redriveTime(record),
      ...(record.publishedVersion === undefined
        ? {}
        : { publishedVersion: record.publishedVersion }),
      ...(record.alias === undefined ? {} : { alias: record.alias }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause: this.#show(cause, record, view) }),
      ...(record.testCase === undefined ? {} : { testCase: record.testCase }),
      ...(record.triggeredBy === undefined ? {} : { triggeredBy: record.triggeredBy }),
      ...(record.interval === undefined ? {} : { interval: record.interval }),
      ...testRunOf(record, machine),
      ...this.#queued(record),
      ...(isOurs ? { parent: parent.id } : {}),
      ...mapRun,
    };
  }

  #queued(record: ExecutionRecord): { queued?: string } {
    const { number, header } = record;
    if (header.status !== 'RUNNING') return {};
    const queued =
      header.nextEvent === 1
        ? this.#peers.queued(pipelineOf(record), number)
        : this.#peers.waits(number);
    return queued === undefined ? {} : { queued };
  }

  /** The same for all children of a page: remembered. */
  async #mapRunOf(number: number): Promise<{ mapRun: string; mapRunArn: string } | undefined> {
    const known = this.#mapRuns.get(number);
    if (known) return known;
    const record = await this.#store.findRow(MAP_RUNS, [number]);
    if (!record) return undefined;
    const found = { mapRun: record.id, mapRunArn: stateOf(record).mapRunArn };
    if (this.#mapRuns.size >= MAX_MAP_RUNS) this.#mapRuns.clear();
    this.#mapRuns.set(number, found);
    return found;
  }

  /** By id or ARN. Throws MapRunNotFound, also for one that the scope does not see. */
  async mapRun(scope: Scope, mapRun: string): Promise<MapRunDetail & { number: number }> {
    const id = mapRunId(mapRun);
    const [record] = await this.#store.listRows(MAP_RUNS, { where: { id }, limit: 1 });
    const isIt = record && (record.id === mapRun || stateOf(record).mapRunArn === mapRun);
    const found = isIt ? await this.#describeMapRun(record) : undefined;
    if (found && sees(scope, found.team)) return found;
    throw new EngineError('MapRunNotFound', { mapRun: mapRun.slice(0, 300) });
  }

  async mapRuns(execution: ExecutionRecord): Promise<MapRunDetail[]> {
    const found: MapRunDetail[] = [];
    const where = { execution: execution.number };
    const order = { by: ['number'], down: true } as const;
    for (const record of await this.#reads.listRows(MAP_RUNS, { where, order })) {
      found.push(await this.#describeMapRun(record));
    }
    return found;
  }

  async #describeMapRun(record: MapRunRecord): Promise<MapRunDetail & { number: number }> {
    const execution = await this.#store.findExecution(record.execution);
    if (!execution) throw new EngineError('MapRunNotFound', { mapRun: record.id });
    return {
      number: record.number,
      execution: execution.context.Execution.Id,
      pipeline: execution.pipeline,
      team: execution.team,
      ...describeMapRun(record),
    };
  }

  async describe(record: ExecutionRecord, view: View = 'masked'): Promise<ExecutionDetail> {
    const others = await this.#store.listThreads(record.number);
    const threads = record.root ? [record.root, ...others] : others;
    const { output } = record.header;
    return {
      ...(await this.summarise(record, view)),
      input: this.#show(record.context.Execution.Input, record, view),
      ...(output === undefined ? {} : { output: this.#show(output, record, view) }),
      usage: this.#peers.used(record.header, record.stoppedAt),
      threads: threads.map(({ id, parent, index, state, phase }) => ({
        id,
        parent,
        index,
        state,
        phase,
      })),
    };
  }

  async list(scope: Scope, filter: ListExecutions): Promise<Page<ExecutionSummary>> {
    const limit = limitOf(filter.limit);
    const [below] = filter.cursor === undefined ? [] : fromCursor('executions', filter.cursor, 1);
    const { status, redriven, testRuns } = filter;
    const among = await this.#among(scope, filter);
    if (among === 'nothing') return { items: [] };
    if (filter.q !== undefined) {
      const query = understood(filter.q, 'executions', this.#peers.now());
      return searchExecutions(this.#searched(scope), {
        ...{ query, limit },
        among: testRuns === undefined ? among : { ...among, testRuns },
        ...(status === undefined ? {} : { status }),
        ...(redriven === undefined ? {} : { redriven }),
        ...(below === undefined ? {} : { below }),
      });
    }
    const found = await this.#reads.listExecutionHeads({
      ...among,
      ...(testRuns === undefined ? {} : { testRuns }),
      ...(redriven === undefined ? {} : { redriven }),
      ...(status === undefined ? {} : { status }),
      ...(below === undefined ? {} : { below }),
      limit: limit + 1,
    });
    const items: ExecutionSummary[] = [];
    for (const record of found.slice(0, limit)) items.push(await this.summarise(record));
    const last = items.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { items, ...(hasMore ? { next: toCursor('executions', [last.number]) } : {}) };
  }

  #searched(scope: Scope): SearchParts {
    return {
      list: async (query) => this.#reads.listExecutionHeads(query),
      pipelines: () => this.#machines.seen(scope),
      summarise: (record) => this.summarise(record),
    };
  }

  /** Of what executions are listed. */
  async #among(scope: Scope, filter: ListExecutions): Promise<ExecutionScope | 'nothing'> {
    const { pipeline: name, mapRun, publishedVersion, alias } = filter;
    const pipeline = name === undefined ? undefined : this.#listed(scope, name);
    const isOfStart = publishedVersion !== undefined || alias !== undefined;
    if (pipeline === 'unknown') return 'nothing';
    if (mapRun !== undefined) {
      const run = await this.mapRun(scope, mapRun);
      const isOfIt = !pipeline || (run.pipeline === pipeline.name && run.team === pipeline.team);
      return isOfIt && !isOfStart ? { mapRun: run.number } : 'nothing';
    }
    if (pipeline === undefined) {
      if (isOfStart) return 'nothing';
      const teams = teamsIn(scope);
      return teams === undefined ? {} : { teams };
    }
    return {
      pipeline,
      ...(publishedVersion === undefined ? {} : { publishedVersion }),
      ...(alias === undefined ? {} : { alias }),
    };
  }

  /** The pipeline of a name whose executions are listed: the one that is deployed, else the one that was. */
  #listed(scope: Scope, name: string): PipelineRef | 'unknown' {
    const known = this.#machines.known(scope, name);
    const current = known.filter((one) => this.#machines.current(one));
    const candidates = current.length > 0 ? current : known;
    if (candidates.length > 1) throw ambiguous(name, candidates);
    return candidates[0] ?? 'unknown';
  }

  async history(record: ExecutionRecord, page: HistoryPage): Promise<Page<HistoryEvent>> {
    const limit = limitOf(page.limit);
    const [after] = page.cursor === undefined ? [] : fromCursor('history', page.cursor, 1);
    const found = await this.#reads.readShownHistory({
      execution: record.number,
      order: page.order === 'newest-first' ? 'descending' : 'ascending',
      ...(after === undefined ? {} : { after }),
      limit: limit + 1,
      bytes: PAGE_BYTES,
    });
    // What was written before a value was known to be secret.
    const own = ownOf(record);
    const items = found
      .slice(0, limit)
      .map((event) => (own === undefined ? event : maskEvent(event, this.#secrets, own)));
    const last = items.at(-1);
    const hasMore =
      last !== undefined &&
      (found.length > limit ||
        (page.order === 'newest-first' ? last.id > 1 : last.id < (await this.#eventsOf(record))));
    return { items, ...(hasMore ? { next: toCursor('history', [last.id]) } : {}) };
  }

  /** All of it, as it was: for going on with the execution. */
  async wholeHistory({ number: execution }: ExecutionRecord): Promise<HistoryEvent[]> {
    const history: HistoryEvent[] = [];
    for (let after = 0; ; ) {
      const query = { execution, order: 'ascending', after, limit: 1000 } as const;
      const page = await this.#reads.readHistory(query);
      history.push(...page);
      if (page.length < 1000) return history;
      after = page.at(-1)?.id ?? after;
    }
  }

  /** How many events an execution has: a page may have ended early, for its bytes. */
  async #eventsOf(record: ExecutionRecord): Promise<number> {
    const isOver = record.header.status !== 'RUNNING';
    const now = isOver ? record : await this.#store.findExecution(record.number);
    return (now ?? record).header.nextEvent - 1;
  }

  /** Always with `next`: more lines may come. */
  async logs(record: ExecutionRecord, page: LogPage): Promise<Page<LogLine>> {
    const limit = limitOf(page.limit);
    const { state } = page;
    let after: LogPosition | undefined;
    if (page.cursor !== undefined) {
      const [segment = 0, line = 0] = fromCursor('log', page.cursor, 2);
      after = { segment, line };
    } else if (page.from === 'tail') {
      after = await this.#reads.logTail(record.number, limit, state);
    }
    const { lines, position } = await this.#reads.readLogs({
      execution: record.number,
      ...(state === undefined ? {} : { state }),
      ...(after === undefined ? {} : { after }),
      limit,
    });
    const own = ownOf(record);
    const items =
      own === undefined ? lines : lines.map((line) => this.#secrets.json({ ...line }, own));
    return { items, next: toCursor('log', [position.segment, position.line]) };
  }

  #show<Value>(value: Value, record: ExecutionRecord, view: View): Value {
    return view === 'original' ? value : this.#secrets.json(value, ownOf(record));
  }

  pipelines(scope: Scope): PipelineSummary[] {
    return this.#machines
      .all()
      .filter(({ record }) => sees(scope, record.team))
      .map(summarisePipeline)
      .sort((a, b) => (`${a.name} ${a.team}` < `${b.name} ${b.team}` ? -1 : 1));
  }

  async pipeline(pipeline: PipelineRef, version: number | undefined): Promise<PipelineDetail> {
    const { name } = pipeline;
    const current = this.#machines.current(pipeline);
    if (!current) throw new EngineError('PipelineNotFound', { pipeline: name.slice(0, 200) });
    if (version === undefined || version === current.record.version) {
      return { ...summarisePipeline(current), deployment: current.deployment };
    }
    const found = await this.#store.findVersion(pipeline, version);
    if (!found) throw new EngineError('PipelineNotFound', { pipeline: `${name}@${version}` });
    const machine = await this.#machines.find(found.number);
    return { ...summarisePipeline(machine), deployment: machine.deployment };
  }
}

function testRunOf(
  { testRun }: ListedExecution,
  { deployment }: LoadedMachine,
): Pick<ExecutionSummary, 'testRun'> {
  if (testRun === undefined) return {};
  return { testRun: deployment.candidate === true ? { ...testRun, candidate: true } : testRun };
}

function ownOf({ secrets }: ExecutionRecord): SecretValues | undefined {
  return secrets === undefined || secrets.length === 0 ? undefined : new SecretValues(secrets);
}

/** What `find` knows an ARN's execution by. */
function byArn(arn: string): string {
  const parsed = parseStatesArn(arn);
  const [machine = '', name = '', id] = parsed?.parts ?? [];
  if (parsed?.type === 'express' && id !== undefined) return id;
  // Children of a map run belong to MACHINE/LABEL and are called by their id.
  if (parsed?.type === 'execution') return machine.includes('/') ? name : `${machine}/${name}`;
  return 'none';
}

function redriveTime({ context }: ExecutionRecord): { redrivenAt?: number } {
  const at = context.Execution.RedriveTime;
  return typeof at === 'string' ? { redrivenAt: Date.parse(at) } : {};
}
