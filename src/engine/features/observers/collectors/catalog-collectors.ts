/**
 * Looks at what the catalog of AWS Glue holds, and at results of its data quality.
 * @module
 */
import {
  type CatalogCounts,
  catalogRun,
  glueQualityResult,
} from '../../../../monitoring/observed/glue.js';
import { runKey, type SeenRun } from '../../../../monitoring/observed/observed-run.js';
import { number, object, text } from '../../../../monitoring/observed/told.js';
import { type Ask, type Collector, chunks, members, pagesOf, whereThere } from './collector.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Tables whose partitions are counted, and pages of a thousand partitions of each. */
const MOST_TABLES = 500;
const MOST_PAGES = 20;
/** Results of one look. */
const MOST_RESULTS = 1_000;

export const GLUE_CATALOGS: Collector = {
  kind: 'glue-catalog',
  lookEvery: HOUR,
  async *list(ask) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'glue', action: 'getDatabases', input: { MaxResults: 100 } },
    })) {
      yield members(page, 'DatabaseList').flatMap(({ Name }) => {
        const name = text(Name);
        return name === undefined ? [] : [{ name }];
      });
    }
  },
  async runs(ask, { name, memo, now }) {
    const tables: string[] = [];
    for await (const page of pagesOf(ask, {
      ...{ service: 'glue', action: 'getTables', input: { DatabaseName: name, MaxResults: 100 } },
    })) {
      tables.push(...members(page, 'TableList').flatMap((table) => text(table.Name) ?? []));
    }
    const counts = { tables: tables.length, partitions: 0, indexes: 0 };
    for (const table of tables.slice(0, MOST_TABLES)) {
      const asked = { DatabaseName: name, TableName: table };
      const found = await whereThere(async () => ({
        partitions: await partitionsOf(ask, name, table),
        indexes: await ask('glue', 'getPartitionIndexes', asked),
      }));
      counts.partitions += found?.partitions ?? 0;
      counts.indexes += members(found?.indexes ?? {}, 'PartitionIndexDescriptorList').length;
    }
    const run = catalogRun(name, now, counts, countsIn(memo));
    return { runs: [run], isWhole: tables.length <= MOST_TABLES, memo: { ...counts } };
  },
};

async function partitionsOf(ask: Ask, database: string, table: string): Promise<number> {
  let count = 0;
  const input = {
    ...{ DatabaseName: database, TableName: table, MaxResults: 1_000 },
    ExcludeColumnSchema: true,
  };
  const request = { service: 'glue', action: 'getPartitions', input, most: MOST_PAGES };
  for await (const page of pagesOf(ask, request)) count += members(page, 'Partitions').length;
  return count;
}

function countsIn(memo: unknown): CatalogCounts | undefined {
  const told = object(memo);
  const [tables, partitions, indexes] = [told?.tables, told?.partitions, told?.indexes].map(number);
  if (tables === undefined || partitions === undefined || indexes === undefined) return undefined;
  return { tables, partitions, indexes };
}

export const GLUE_DATA_QUALITY: Collector = {
  kind: 'glue-data-quality',
  listEvery: 5 * MINUTE,
  async *list(ask) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'glue', action: 'listDataQualityRulesets', input: { MaxResults: 100 } },
    })) {
      yield members(page, 'Rulesets').flatMap(({ Name }) => {
        const name = text(Name);
        return name === undefined ? [] : [{ name }];
      });
    }
  },
  runs: async () => ({ runs: [], isWhole: true }),
  // A list of results does not say of which ruleset they are: all of the region are read, a hundred at a time.
  async all(ask, { since, isDone }) {
    const ids: string[] = [];
    const Filter = { StartedAfter: new Date(since).toISOString() };
    for await (const page of pagesOf(ask, {
      ...{ service: 'glue', action: 'listDataQualityResults', input: { Filter, MaxResults: 100 } },
    })) {
      ids.push(...members(page, 'Results').flatMap(({ ResultId }) => text(ResultId) ?? []));
      if (ids.length >= MOST_RESULTS) break;
    }
    const runs: SeenRun[] = [];
    const wanted = ids.filter((id) => !isDone(runKey({ id, attempt: 0 })));
    for (const part of chunks(wanted.slice(0, MOST_RESULTS), 100)) {
      const answer = await ask('glue', 'batchGetDataQualityResult', { ResultIds: part });
      runs.push(...members(answer, 'Results').flatMap((one) => glueQualityResult(one) ?? []));
    }
    return { runs, isWhole: ids.length < MOST_RESULTS };
  },
};
