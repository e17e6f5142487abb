/**
 * What comes out of a map run: an array in the state's result, or the files of its ResultWriter. Children are read from
 * the store in pages, so a million results take no more memory than a few hundred.
 * Source: Step Functions developer guide, "ResultWriter".
 * @module
 */
import type { ErrorOutput } from '../../../asl/execution-state.js';
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import { MAX_PAYLOAD_BYTES } from '../../../asl/limits.js';
import type { MapChildRecord } from '../../../store/store.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { FilePlace, OpenedResults } from '../../kernel/ports.js';
import type { MapRunItems } from './map-run-items.js';
import { requestOf, stateOf } from './map-run-state.js';
import type { MapRunRecord } from './map-run-table.js';

/** What the state is told; `isWritten`: the ResultWriter's files are there. */
export type RunResult = ({ output: Json } | { failure: ErrorOutput }) & { isWritten: boolean };

type Transformation = 'NONE' | 'COMPACT' | 'FLATTEN';
type Parts = Pick<Kernel, 'store' | 'itemSource'>;

/** Children read at a time. */
const PAGE = 500;

/**
 * Gathers the results of a run whose children have all ended. Never rejects.
 * @param items those that have no child, when the run has failed
 */
export async function resultsOf(
  parts: Parts,
  record: MapRunRecord,
  place: FilePlace,
  items: () => Promise<MapRunItems>,
): Promise<RunResult> {
  const { failure } = stateOf(record);
  const { writer } = requestOf(record);
  try {
    if (typeof writer?.Resource === 'string') {
      const output = await write(parts, record, writer, place, items);
      return failure ? { failure, isWritten: true } : { output, isWritten: true };
    }
    if (failure) return { failure, isWritten: false };
    return {
      ...(await gather(parts, record, writer)),
      isWritten: false,
    };
  } catch (error) {
    const Cause = error instanceof Error ? error.message : String(error);
    return {
      failure: failure ?? { Error: 'States.ResultWriterFailed', Cause },
      isWritten: false,
    };
  }
}

function transformationOf(
  writer: JsonObject | undefined,
  otherwise: Transformation,
): Transformation {
  const config = isObject(writer?.WriterConfig) ? writer.WriterConfig : {};
  return (config.Transformation as Transformation | undefined) ?? otherwise;
}

async function* childrenOf({ store }: Parts, mapRun: number): AsyncGenerator<MapChildRecord[]> {
  for (let after = -1; ; ) {
    const page = await store.listMapChildren({ mapRun, after, limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.child ?? after;
  }
}

/**
 * The results as one array, in which a failure that was tolerated keeps the place of its item; a failure as soon as it is
 * too large for a payload.
 */
async function gather(
  parts: Parts,
  record: MapRunRecord,
  writer: JsonObject | undefined,
): Promise<{ output: Json } | { failure: ErrorOutput }> {
  const transformation = transformationOf(writer, 'COMPACT');
  const toleratedRow = writer === undefined ? outcomeOf : describe;
  const output: Json[] = [];
  let bytes = 2;
  for await (const page of childrenOf(parts, record.number)) {
    for (const child of page) {
      const hasOutput = child.status === 'SUCCEEDED';
      for (const row of hasOutput ? rowsOf(child, transformation) : [toleratedRow(child)]) {
        bytes += Buffer.byteLength(JSON.stringify(row)) + (output.length === 0 ? 0 : 1);
        output.push(row);
      }
    }
    if (bytes > MAX_PAYLOAD_BYTES) {
      return {
        failure: {
          Error: 'States.DataLimitExceeded',
          Cause: `The results of the map run are larger than ${MAX_PAYLOAD_BYTES} bytes. Give the Map state a ResultWriter, which writes them to files.`,
        },
      };
    }
  }
  return { output };
}

async function write(
  parts: Parts,
  record: MapRunRecord,
  writer: JsonObject,
  place: FilePlace,
  items: () => Promise<MapRunItems>,
): Promise<Json> {
  const { mapRunArn, failure, isExhausted } = stateOf(record);
  const transformation = transformationOf(writer, 'NONE');
  const results = await parts.itemSource.openResults(writer, place, mapRunArn);
  for await (const page of childrenOf(parts, record.number)) {
    const ok = page.filter(({ status }) => status === 'SUCCEEDED');
    await results.add(
      'SUCCEEDED',
      ok.flatMap((child) => rowsOf(child, transformation)),
    );
    // Unsuccessful ones are told in full whatever the transformation.
    await results.add('FAILED', page.filter(({ status }) => status !== 'SUCCEEDED').map(describe));
  }
  if (failure && !isExhausted) await writePending(results, items);
  return results.finish();
}

/** Children that were never begun. Items that cannot be read are why it failed: then there is nothing to tell. */
async function writePending(
  results: OpenedResults,
  items: () => Promise<MapRunItems>,
): Promise<void> {
  const rest = await items().catch(() => undefined);
  if (!rest) return;
  for (;;) {
    const next = await rest.take(PAGE).catch(() => []);
    if (next.length === 0) return;
    await results.add(
      'PENDING',
      next.map(({ input }) => ({ Input: JSON.stringify(input), InputDetails: { Included: true } })),
    );
  }
}

function rowsOf(child: MapChildRecord, transformation: Transformation): Json[] {
  if (transformation === 'NONE') return [describe(child)];
  const output = child.output ?? null;
  return transformation === 'FLATTEN' && Array.isArray(output) ? output : [output];
}

/** A child that did not succeed, where nothing asks for more than outputs. */
function outcomeOf({ status, error, cause }: MapChildRecord): JsonObject {
  return {
    Status: status,
    ...(error === undefined ? {} : { Error: error }),
    ...(cause === undefined ? {} : { Cause: cause }),
  };
}

/** A child as ResultWriter's files and DescribeExecution tell it. */
function describe(child: MapChildRecord): JsonObject {
  const { status, output, error, cause } = child;
  const isRedrivable = status !== 'SUCCEEDED';
  return {
    ...(cause === undefined ? {} : { Cause: cause }),
    ...(error === undefined ? {} : { Error: error }),
    ExecutionArn: child.context.Execution.Id,
    Input: JSON.stringify(child.context.Execution.Input),
    InputDetails: { Included: true },
    Name: child.name,
    ...(output === undefined
      ? {}
      : { Output: JSON.stringify(output), OutputDetails: { Included: true } }),
    RedriveCount: child.redriveCount,
    RedriveStatus: isRedrivable ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(isRedrivable
      ? {}
      : { RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' }),
    StartDate: new Date(child.startedAt).toISOString(),
    StateMachineArn: child.context.StateMachine.Id,
    Status: status,
    ...(child.stoppedAt === undefined ? {} : { StopDate: new Date(child.stoppedAt).toISOString() }),
  };
}
