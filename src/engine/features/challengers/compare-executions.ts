/**
 * Compares what a challenger has written with what the champion has: each dataset that either wrote, by the diff of their versions.
 * @module
 */
import type {
  ComparedDataset,
  ContractStatus,
  WrittenVersion,
} from '../../../datasets/challenger/judge.js';
import type { FilesDiff, TableDiff } from '../../../datasets/diff/version-diff.js';
import { EngineError } from '../../kernel/errors.js';

/** A version that an execution has written. */
export interface ExecutionVersion {
  readonly number: number;
  readonly team: string;
  readonly dataset: string;
  readonly version: string;
  readonly rows?: number;
  readonly contract?: unknown;
}

export interface VersionPeers {
  /** Versions that an execution has written, the earliest first. */
  writtenBy(execution: number): Promise<readonly ExecutionVersion[]>;
  /** What differs between two of them. Throws EngineErrors. */
  diff(
    from: ExecutionVersion,
    to: ExecutionVersion,
    signal: AbortSignal,
  ): Promise<{ readonly table?: TableDiff; readonly files?: FilesDiff }>;
}

/** Datasets of one comparison; columns that are told of each. */
const MOST_DATASETS = 100;
const MOST_COLUMNS = 50;

/** @param challenger undefined: it did not begin */
export async function compareExecutions(
  peers: VersionPeers,
  champion: number,
  challenger: number,
  signal: AbortSignal,
): Promise<ComparedDataset[]> {
  const before = lastOfEach(await peers.writtenBy(champion));
  const now = lastOfEach(await peers.writtenBy(challenger));
  const names = [...new Set([...before.keys(), ...now.keys()])].slice(0, MOST_DATASETS);
  const compared: ComparedDataset[] = [];
  for (const name of names) {
    const [from, to] = [before.get(name), now.get(name)];
    const { team = '', dataset = '' } = from ?? to ?? {};
    compared.push({
      ...{ team, dataset },
      ...(from === undefined ? {} : { champion: written(from) }),
      ...(to === undefined ? {} : { challenger: written(to) }),
      ...(from === undefined || to === undefined ? {} : await differences(peers, from, to, signal)),
    });
  }
  return compared;
}

async function differences(
  peers: VersionPeers,
  from: ExecutionVersion,
  to: ExecutionVersion,
  signal: AbortSignal,
): Promise<Pick<ComparedDataset, 'diff' | 'sameFiles' | 'problem'>> {
  try {
    const { table, files } = await peers.diff(from, to, signal);
    if (files !== undefined)
      return { sameFiles: files.same === files.from && files.same === files.to };
    if (table === undefined) return {};
    const { schema, rows, columns, changedColumns } = table;
    return { diff: { schema, rows, changed: columns.slice(0, MOST_COLUMNS), changedColumns } };
  } catch (error) {
    if (error instanceof EngineError && !signal.aborted) return { problem: error.message };
    throw error;
  }
}

/** Of a dataset that one execution writes twice, what came last. */
function lastOfEach(versions: readonly ExecutionVersion[]): Map<string, ExecutionVersion> {
  return new Map(versions.map((one) => [`${one.team}\n${one.dataset}`, one]));
}

function written({ version, rows, contract }: ExecutionVersion): WrittenVersion {
  const status = (contract as { status?: ContractStatus } | undefined)?.status;
  return {
    version,
    ...(rows === undefined ? {} : { rows }),
    ...(status === undefined ? {} : { contract: status }),
  };
}
