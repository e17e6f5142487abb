/**
 * The read side: what the store has, in the shapes of the facade. Reads see committed state only.
 * @module
 */
import type { HistoryEvent } from '../asl/transition.js';
import type { SecretRegistry } from '../secrets/secret-registry.js';
import { SecretValues } from '../secrets/secret-values.js';
import type { ExecutionRecord, LogPosition, MapRunRecord } from '../store/store.js';
import type { LoadedMachine } from './active-execution.js';
import { parseStatesArn } from './arn.js';
import type {
  ExecutionDetail,
  ExecutionSummary,
  HistoryPage,
  ListExecutions,
  LogLine,
  LogPage,
  MapRunDetail,
  Page,
  PipelineDetail,
  PipelineSummary,
  View,
} from './engine.js';
import { EngineError } from './errors.js';
import type { MachineShelf } from './machine-shelf.js';
import { describeMapRun } from './map-run-detail.js';
import { mapRunId, stateOf } from './map-run-state.js';
import { maskEvent } from './masking/mask-turn.js';
import type { SealedStore } from './masking/sealed-store.js';
import { fromCursor, limitOf, toCursor } from './pages.js';

const MAX_MAP_RUNS = 1_000;

/** What ids look like: UUIDs. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Reading {
  readonly #store: SealedStore;
  readonly #secrets: SecretRegistry;
  readonly #mapRuns: Map<number, { mapRun: string; mapRunArn: string }> = new Map();
  readonly #machines: MachineShelf;
  readonly #waits: (pipeline: string, number: number) => string | undefined;

  /** @param queued why an execution of a pipeline has not begun; undefined when it does not wait */
  constructor(
    store: SealedStore,
    secrets: SecretRegistry,
    machines: MachineShelf,
    queued: (pipeline: string, number: number) => string | undefined,
  ) {
    this.#store = store;
    this.#secrets = secrets;
    this.#machines = machines;
    this.#waits = queued;
  }

  /** By id, `PIPELINE/NAME` or ARN. Throws ExecutionNotFound. */
  async find(execution: string): Promise<ExecutionRecord> {
    if (execution.startsWith('arn:')) return this.find(byArn(execution));
    const slash = execution.indexOf('/');
    const found =
      slash < 0
        ? await this.#store.findExecutionById(execution)
        : await this.#findByName(execution.slice(0, slash), execution.slice(slash + 1));
    if (!found) throw new EngineError('ExecutionNotFound', { execution: execution.slice(0, 200) });
    return found;
  }

  async #findByName(pipeline: string, name: string): Promise<ExecutionRecord | undefined> {
    // Without a name of its own an execution is called by its id; few choose a name of that form.
    if (ID.test(name)) {
      const byId = await this.#store.findExecutionById(name);
      if (byId?.pipeline === pipeline && byId.name === name) return byId;
    }
    return this.#store.findExecutionByName(pipeline, name);
  }

  async summarise(record: ExecutionRecord, view: View = 'masked'): Promise<ExecutionSummary> {
    const machine = await this.#machines.find(record.machine);
    const parent = record.parent && (await this.#store.findExecution(record.parent.execution));
    const mapRun = record.mapRun && (await this.#mapRunOf(record.mapRun.number));
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
      ...this.#queued(record),
      ...(parent ? { parent: parent.id } : {}),
      ...mapRun,
    };
  }

  #queued({ pipeline, number, header }: ExecutionRecord): { queued?: string } {
    const isWaiting = header.status === 'RUNNING' && header.nextEvent === 1;
    const queued = isWaiting ? this.#waits(pipeline, number) : undefined;
    return queued === undefined ? {} : { queued };
  }

  /** The same for all children of a page: remembered. */
  async #mapRunOf(number: number): Promise<{ mapRun: string; mapRunArn: string } | undefined> {
    const known = this.#mapRuns.get(number);
    if (known) return known;
    const record = await this.#store.findMapRun(number);
    if (!record) return undefined;
    const found = { mapRun: record.id, mapRunArn: stateOf(record).mapRunArn };
    if (this.#mapRuns.size >= MAX_MAP_RUNS) this.#mapRuns.clear();
    this.#mapRuns.set(number, found);
    return found;
  }

  /** By id or ARN. Throws MapRunNotFound. */
  async mapRun(mapRun: string): Promise<MapRunDetail & { number: number }> {
    const record = await this.#store.findMapRunById(mapRunId(mapRun));
    const isIt = record && (record.id === mapRun || stateOf(record).mapRunArn === mapRun);
    if (!isIt) throw new EngineError('MapRunNotFound', { mapRun: mapRun.slice(0, 300) });
    return this.#describeMapRun(record);
  }

  async mapRuns(execution: ExecutionRecord): Promise<MapRunDetail[]> {
    const found: MapRunDetail[] = [];
    for (const record of await this.#store.listMapRunsOf(execution.number)) {
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
      threads: threads.map(({ id, parent, index, state, phase }) => ({
        id,
        parent,
        index,
        state,
        phase,
      })),
    };
  }

  async list(filter: ListExecutions): Promise<Page<ExecutionSummary>> {
    const limit = limitOf(filter.limit);
    const [below] = filter.cursor === undefined ? [] : fromCursor('executions', filter.cursor, 1);
    const { pipeline, status, teams, mapRun, publishedVersion, alias, redriven } = filter;
    const found = await this.#store.listExecutions({
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(publishedVersion === undefined ? {} : { publishedVersion }),
      ...(alias === undefined ? {} : { alias }),
      ...(redriven === undefined ? {} : { redriven }),
      ...(status === undefined ? {} : { status }),
      ...(teams === undefined ? {} : { teams }),
      ...(mapRun === undefined ? {} : { mapRun: (await this.mapRun(mapRun)).number }),
      ...(below === undefined ? {} : { below }),
      limit: limit + 1,
    });
    const items: ExecutionSummary[] = [];
    for (const record of found.slice(0, limit)) items.push(await this.summarise(record));
    const last = items.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { items, ...(hasMore ? { next: toCursor('executions', [last.number]) } : {}) };
  }

  async history(record: ExecutionRecord, page: HistoryPage): Promise<Page<HistoryEvent>> {
    const limit = limitOf(page.limit);
    const [after] = page.cursor === undefined ? [] : fromCursor('history', page.cursor, 1);
    const found = await this.#store.readShownHistory({
      execution: record.number,
      order: page.order === 'newest-first' ? 'descending' : 'ascending',
      ...(after === undefined ? {} : { after }),
      limit: limit + 1,
    });
    // What was written before a value was known to be secret.
    const own = ownOf(record);
    const items = found
      .slice(0, limit)
      .map((event) => (own === undefined ? event : maskEvent(event, this.#secrets, own)));
    const last = items.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { items, ...(hasMore ? { next: toCursor('history', [last.id]) } : {}) };
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
      after = await this.#store.logTail(record.number, limit, state);
    }
    const { lines, position } = await this.#store.readLogs({
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

  pipelines(teams: readonly string[] | undefined): PipelineSummary[] {
    return this.#machines
      .all()
      .filter(({ record }) => !teams || teams.includes(record.team))
      .map(summarisePipeline)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async pipeline(name: string, version: number | undefined): Promise<PipelineDetail> {
    const current = this.#machines.current(name);
    if (!current) throw new EngineError('PipelineNotFound', { pipeline: name.slice(0, 200) });
    if (version === undefined || version === current.record.version) {
      return { ...summarisePipeline(current), deployment: current.deployment };
    }
    const found = await this.#store.findVersion(name, version);
    if (!found) throw new EngineError('PipelineNotFound', { pipeline: `${name}@${version}` });
    const machine = await this.#machines.find(found.number);
    return { ...summarisePipeline(machine), deployment: machine.deployment };
  }
}

function ownOf({ secrets }: ExecutionRecord): SecretValues | undefined {
  return secrets === undefined || secrets.length === 0 ? undefined : new SecretValues(secrets);
}

export function summarisePipeline({ record }: LoadedMachine): PipelineSummary {
  const { pipeline, team, tags, version, digest, deployedAt } = record;
  return { name: pipeline, team, tags, version, digest, deployedAt };
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
