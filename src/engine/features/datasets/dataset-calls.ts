/**
 * `engine.datasets`: which data there is, its versions, and which one is current.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { DatasetStorage } from '../../../connectors/dataset/storage.js';
import type { Manifest, Stage } from '../../../datasets/dataset.js';
import { isVersionId } from '../../../datasets/dataset.js';
import type { TableSnapshot } from '../../../datasets/foreign-table.js';
import { MANIFEST } from '../../../datasets/layout.js';
import type { DurableRequest } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import {
  fromCursor,
  fromTextCursor,
  limitOf,
  type Page,
  toCursor,
  toTextCursor,
} from '../../kernel/pages.js';
import { EVERYTHING, type Scope, sees } from '../../kernel/scope.js';
import { type DatasetRow, VERSIONS, type VersionRow } from './dataset-tables.js';
import type { Datasets } from './datasets.js';

/** A dataset as people see it. Times in milliseconds since the epoch. */
export interface DatasetDetail {
  readonly team: string;
  readonly name: string;
  readonly stage: Stage;
  readonly pipeline: string;
  /** Who answers for it, as that pipeline says. */
  readonly owner?: string;
  readonly byInterval: boolean;
  readonly description?: string;
  readonly readers: readonly string[];
  readonly contract?: Json;
  /** What is current: one version, or the newest of each of the latest intervals. */
  readonly current: readonly VersionDetail[];
  /** How many versions are current. */
  readonly intervals: number;
  /** The last version that was written, whatever became of it. */
  readonly last?: VersionDetail;
  readonly publishedAt?: number;
  /** Why the storage's pointer does not stand where it should. */
  readonly failure?: string;
}

export interface VersionDetail
  extends Omit<VersionRow, 'stateName' | 'execution' | 'executionId' | 'tableAt'> {
  /** Of a table of others: which, and where it stood. */
  readonly table?: TableSnapshot;
  readonly location: string;
  /** Id of the execution that wrote it. */
  readonly execution: string;
  /** Name of the state. */
  readonly task: string;
  readonly isCurrent: boolean;
}

export interface DatasetCalls {
  /** By name; of what is current the latest alone. */
  list(
    scope: Scope,
    filter?: {
      readonly q?: string;
      /** `interval`: those alone that have a current version of each interval. */
      readonly per?: 'interval' | 'any';
      readonly limit?: number;
      readonly cursor?: string;
    },
  ): Page<DatasetDetail>;
  /** Throws DatasetNotFound, DatasetAmbiguous. */
  show(scope: Scope, name: string): DatasetDetail;
  /** The newest first. Throws as `show`. */
  versions(
    scope: Scope,
    name: string,
    page?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<VersionDetail>>;
  /** Throws DatasetNotFound, DatasetVersionNotFound. @param version `current`, or an id */
  version(scope: Scope, name: string, version: string): Promise<VersionDetail>;
  /** What its files are like. Throws as `version`, and DatasetVersionRemoved. */
  manifest(scope: Scope, name: string, version: string): Promise<Manifest>;
  /** Makes an earlier version current; durable when it resolves. Throws as `version`, DatasetVersionRemoved, DatasetVersionRefused. */
  rollBack(scope: Scope, name: string, version: string, by: string): Promise<DatasetDetail>;
}

/** Current versions of intervals that are told: a year of days and a month more. */
const MOST_CURRENT = 400;

export function datasetCalls(
  kernel: Pick<Kernel, 'reads' | 'store' | 'machines'>,
  datasets: Datasets,
  storage: DatasetStorage | undefined,
  request: DurableRequest,
): DatasetCalls {
  const { reads } = kernel;

  function detailOf(row: VersionRow): VersionDetail {
    const { stateName: task, executionId, execution: _, tableAt: table, ...said } = row;
    const dataset = datasets.find(row.team, row.dataset);
    const isCurrent = dataset !== undefined && datasets.isCurrent(dataset, row);
    const location = `${storage?.root ?? ''}/${row.folder}`;
    const where = table === undefined ? {} : { table: table as unknown as TableSnapshot };
    return { ...said, ...where, location, execution: executionId, task, isCurrent };
  }

  /** @param most versions of intervals */
  function datasetDetail(row: DatasetRow, most = MOST_CURRENT): DatasetDetail {
    const { team, name, stage, pipeline, byInterval, publishedAt } = row;
    const { description, readers, contract } = datasets.planOf(team, name);
    const owner = datasets.plannedBy(team, name)?.owner;
    const last = datasets.known(row.last);
    const current = datasets.currentOf(row);
    const failure = datasets.pointers.failures.get(`${team}:${name}`);
    return {
      ...{ team, name, stage, pipeline, byInterval: byInterval === 1, readers },
      ...(owner === undefined ? {} : { owner }),
      ...(description === undefined ? {} : { description }),
      ...(contract === undefined ? {} : { contract: contract as unknown as Json }),
      current: current.slice(-most).map(detailOf),
      intervals: current.length,
      ...(last === undefined ? {} : { last: detailOf(last) }),
      ...(publishedAt === undefined ? {} : { publishedAt }),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  /** One that no version was written of yet. */
  function planned(team: string, name: string, pipeline: string): DatasetRow {
    const { stage, isByInterval } = datasets.planOf(team, name);
    const byInterval = isByInterval ? 1 : 0;
    return {
      ...{ team, name, stage, pipeline, byInterval, revision: 0, pointed: 0 },
      createdAt: 0,
    };
  }

  /** Those of a name, or all: also those without any version yet. In no order. */
  function rows(scope: Scope, name?: string): DatasetRow[] {
    const isMeant = (one: { team: string; name: string }): boolean =>
      (name === undefined || one.name === name) && sees(scope, one.team);
    const written = datasets.all().filter(isMeant);
    const others = [...datasets.planned()]
      .filter((one) => isMeant(one) && datasets.find(one.team, one.name) === undefined)
      .map(({ team, name: of, pipeline }) => planned(team, of, pipeline));
    return [...written, ...others];
  }

  function find(scope: Scope, name: string): DatasetRow {
    const found = rows(scope, name);
    const [row, second] = found;
    if (row === undefined) throw new EngineError('DatasetNotFound', { name });
    if (second !== undefined) {
      const teams = found.map(({ team }) => team).sort();
      throw new EngineError('DatasetAmbiguous', { name, teams: teams.join(', ') });
    }
    return row;
  }

  /** Of a dataset of which nothing but test runs was ever written, and that no pipeline says it writes. */
  async function findTried(
    scope: Scope,
    name: string,
    version: string,
  ): Promise<VersionRow | undefined> {
    if (!isVersionId(version) || rows(scope, name).length > 0) return undefined;
    const all = kernel.machines.all().map(({ ref }) => ref.team);
    const team = scope === EVERYTHING ? [...new Set(all)] : scope.teams;
    const where = { team, dataset: name, version };
    const [row] = await reads.listRows(VERSIONS, { where, limit: 1 });
    return row;
  }

  async function findVersion(scope: Scope, name: string, wanted: string): Promise<VersionRow> {
    const tried = await findTried(scope, name, wanted);
    if (tried !== undefined) return tried;
    const dataset = find(scope, name);
    const { team } = dataset;
    if (wanted === 'current') {
      const current = datasets.currentOf(dataset).at(-1);
      if (current !== undefined) return current;
      throw new EngineError('DatasetVersionNotFound', { name, version: wanted });
    }
    const [row] = await reads.listRows(VERSIONS, {
      where: { team, dataset: name, version: wanted },
      limit: 1,
    });
    if (row === undefined)
      throw new EngineError('DatasetVersionNotFound', { name, version: wanted });
    return row;
  }

  return {
    list(scope, { q = '', per = 'any', limit: wanted, cursor } = {}) {
      const limit = limitOf(wanted);
      const words = q
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== '');
      const isMeant = ({ name, team, pipeline, byInterval }: DatasetRow): boolean => {
        if (per === 'interval' && byInterval === 0) return false;
        const { description = '' } = datasets.planOf(team, name);
        const text = `${name} ${team} ${description} ${pipeline}`.toLowerCase();
        return words.every((word) => text.includes(word));
      };
      const after = cursor === undefined ? undefined : fromTextCursor('datasets', cursor, 2);
      const found = rows(scope)
        .map((row): [DatasetRow, string[]] => [row, [row.name, row.team]])
        .filter(([row, key]) => (after === undefined || inOrder(after, key) < 0) && isMeant(row))
        .sort(([, a], [, b]) => inOrder(a, b));
      const items = found.slice(0, limit).map(([row]) => datasetDetail(row, 1));
      const last = found[limit - 1];
      const isMore = found.length > limit && last !== undefined;
      return { items, ...(isMore ? { next: toTextCursor('datasets', last[1]) } : {}) };
    },
    show: (scope, name) => datasetDetail(find(scope, name)),
    async versions(scope, name, { limit: wanted, cursor } = {}) {
      const { team } = find(scope, name);
      const limit = limitOf(wanted);
      const [below] = cursor === undefined ? [] : fromCursor('dataset-versions', cursor, 1);
      const found = await reads.listRows(VERSIONS, {
        where: { team, dataset: name },
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit: limit + 1,
      });
      const items = found.slice(0, limit).map(detailOf);
      const last = found[limit - 1];
      const isMore = found.length > limit && last !== undefined;
      return { items, ...(isMore ? { next: toCursor('dataset-versions', [last.number]) } : {}) };
    },
    version: async (scope, name, version) => detailOf(await findVersion(scope, name, version)),
    async manifest(scope, name, version) {
      const row = await findVersion(scope, name, version);
      const text = await storage?.read(`${row.folder}/${MANIFEST}`);
      if (text === undefined || row.removedAt !== undefined) {
        throw removed(row);
      }
      return JSON.parse(text) as Manifest;
    },
    async rollBack(scope, name, version, by) {
      const row = await findVersion(scope, name, version);
      const { team } = row;
      if (row.removedAt !== undefined) throw removed(row);
      if (row.state === 'rejected' || row.state === 'shadow') {
        throw new EngineError('DatasetVersionRefused', {
          name,
          version: row.version,
          state: row.state,
        });
      }
      const wanted = {
        key: `version ${row.number}`,
        read: () => kernel.store.findRow(VERSIONS, [row.number]),
      };
      return await request<DatasetDetail>((settle) => ({
        refuse: settle.reject,
        needs: () => [wanted],
        perform: (turn) => {
          const dataset = datasets.find(team, name);
          const found = turn.known(wanted);
          if (dataset === undefined || found === undefined || found.removedAt !== undefined) {
            throw new EngineError('DatasetVersionRemoved', { name, version: row.version });
          }
          datasets.rollBack(turn, dataset, found, by);
          turn.afterCommit(() => settle.resolve(datasetDetail(find(scope, name))));
          return 'done';
        },
      }));
    },
  };
}

function removed({ dataset: name, version, state, pipeline }: VersionRow): EngineError {
  return state === 'shadow'
    ? new EngineError('TestRunVersionRemoved', { name, version, pipeline })
    : new EngineError('DatasetVersionRemoved', { name, version });
}

/** By the first that differs, in the order of code units: the same in every locale. */
function inOrder(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((text, index) => text !== b[index]);
  if (at === -1) return 0;
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}
