/**
 * What is told of an execution: read from the store when its event is sent.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { ContractResult } from '../../../datasets/contract.js';
import { MANIFEST } from '../../../datasets/layout.js';
import type { TracedTable } from '../../../datasets/lineage/column-lineage.js';
import {
  type AssertionFacts,
  contractEvents,
  type DatasetFacts,
  type OutputFacts,
  type RunEvent,
  type RunEventType,
  type RunRef,
  runEvent,
} from '../../../datasets/openlineage/run-event.js';
import type { Column } from '../../../datasets/schema.js';
import { SecretValues } from '../../../secrets/secret-values.js';
import type { ExecutionRecord } from '../../../store/store.js';
import { derivedId } from '../../kernel/derived-id.js';
import type { Kernel } from '../../kernel/kernel.js';
import { COLUMN_MAPS, type OutboxRow, VERSION_MAPS } from './lineage-tables.js';
import type { KnownDatasets, KnownVersion } from './peers.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The UUID of an execution's run: its id where that is one, otherwise one that follows from it.
 * @example runIdOf('01997D2E-8a6b-7c3d-9e4f-5a6b7c8d9e0f') // '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f'
 */
export function runIdOf(execution: string): string {
  return UUID.test(execution) ? execution.toLowerCase() : derivedId(`lineage run ${execution}`);
}

/**
 * The events: of the execution itself, and of the contracts of what it wrote. None when it is not kept any more.
 * @param engine version of Millrace
 */
export async function eventsOf(
  kernel: Pick<Kernel, 'store' | 'reads' | 'secrets'>,
  datasets: KnownDatasets,
  { execution, type, at }: OutboxRow,
  engine: string,
): Promise<RunEvent[]> {
  const record = await kernel.store.findExecution(execution);
  if (record === undefined) return [];
  const { team, pipeline, tags, interval, parent, header } = record;
  const starter = parent && (await kernel.store.findExecution(parent.execution));
  const { written, read } = await datasets.ofExecution(execution);
  const published = written.filter(({ state }) => state === 'published' || state === 'kept');
  const isOver = type === 'END';
  const slice = intervalOf(interval);
  const said = isOver ? errorOf(header) : undefined;
  const seen = record.secrets === undefined ? undefined : new SecretValues(record.secrets);
  const error = said === undefined ? undefined : kernel.secrets.text(said, seen);
  const ref: RunRef = { runId: runIdOf(record.id), team, pipeline };
  const facts = {
    ...ref,
    type: isOver ? endOf(header.status) : ('START' as const),
    at: new Date(at).toISOString(),
    ...(starter === undefined ? {} : { parent: refOf(starter) }),
    ...(slice === undefined ? {} : { interval: slice }),
    ...(error === undefined ? {} : { error }),
    engine,
    tags,
    inputs: await Promise.all(read.map((version) => datasetFacts(datasets, version))),
    outputs: isOver
      ? await Promise.all(published.map((version) => outputFacts(kernel, datasets, version)))
      : [],
  };
  const contracts = isOver ? written.filter(({ contract }) => contract !== undefined) : [];
  const judged = contracts.flatMap((version) => {
    const assertions = assertionsOf(version.contract);
    if (assertions.length === 0) return [];
    const { team: owner, dataset: name, version: id } = version;
    return contractEvents({
      by: facts,
      runId: derivedId(`lineage contract ${version.executionId} ${name} ${id}`),
      dataset: { team: owner, name, version: id },
      assertions,
    });
  });
  return [...judged, runEvent(facts)];
}

function refOf({ id, team, pipeline }: ExecutionRecord): RunRef {
  return { runId: runIdOf(id), team, pipeline };
}

function endOf(status: string): RunEventType {
  if (status === 'SUCCEEDED') return 'COMPLETE';
  return status === 'ABORTED' ? 'ABORT' : 'FAIL';
}

function errorOf(header: ExecutionRecord['header']): string | undefined {
  const { error, cause } = header as { error?: string; cause?: string };
  if (error === undefined) return undefined;
  return cause === undefined || cause === '' ? error : `${error}: ${cause}`;
}

/** `2026-11-20`, `2026-11-20T05` or `start/end`; what is none of these is not told. */
function intervalOf(interval: string | undefined): { from: string; to: string } | undefined {
  if (interval === undefined) return undefined;
  const [from = '', to] = interval.split('/');
  const isDay = /^\d{4}-\d\d-\d\d$/.test(from);
  const begin = new Date(isDay || from.length > 13 ? from : `${from}:00Z`).getTime();
  const end = to === undefined ? begin + (isDay ? 86_400_000 : 3_600_000) : new Date(to).getTime();
  if (!Number.isFinite(begin) || !Number.isFinite(end)) return undefined;
  return { from: new Date(begin).toISOString(), to: new Date(end).toISOString() };
}

async function datasetFacts(datasets: KnownDatasets, version: KnownVersion): Promise<DatasetFacts> {
  const { team, dataset: name, version: id, folder } = version;
  const columns = await columnsOf(datasets, version);
  const place = `${datasets.root ?? ''}/${folder.replace(/\/versions\/[^/]+$/, '')}`;
  return { team, name, version: id, place, ...(columns === undefined ? {} : { columns }) };
}

async function outputFacts(
  kernel: Pick<Kernel, 'reads'>,
  datasets: KnownDatasets,
  version: KnownVersion,
): Promise<OutputFacts> {
  const { rows, bytes, files } = version;
  const lineage = await columnLineageOf(kernel, version.number);
  return {
    ...(await datasetFacts(datasets, version)),
    ...(rows === undefined ? {} : { rows }),
    ...{ bytes, files },
    ...(lineage === undefined ? {} : { lineage }),
  };
}

/** What the columns of a version were made of; undefined: nothing was kept of it. */
export async function columnLineageOf(
  { reads }: Pick<Kernel, 'reads'>,
  version: number,
): Promise<TracedTable | undefined> {
  const map = await reads.findRow(VERSION_MAPS, [version]);
  const kept = map && (await reads.findRow(COLUMN_MAPS, [map.digest]));
  return kept?.lineage as TracedTable | undefined;
}

/** Of the manifest; files that are gone tell nothing. */
async function columnsOf(
  datasets: KnownDatasets,
  { folder, removedAt }: KnownVersion,
): Promise<Column[] | undefined> {
  if (removedAt !== undefined) return undefined;
  const text = await datasets.read(`${folder}/${MANIFEST}`).catch(() => undefined);
  if (text === undefined) return undefined;
  const { columns } = JSON.parse(text) as { columns?: Column[] };
  return columns;
}

function assertionsOf(contract: Json | undefined): AssertionFacts[] {
  const { rules = [] } = (contract ?? {}) as unknown as Partial<ContractResult>;
  return rules.map(({ kind, columns, severity, status, words }): AssertionFacts => {
    const [column, second] = columns;
    return {
      assertion: kind,
      success: status === 'OK',
      ...(column === undefined || second !== undefined ? {} : { column }),
      severity: severity === 'warn' ? 'warn' : 'error',
      ...(words === '' ? {} : { description: words }),
    };
  });
}
