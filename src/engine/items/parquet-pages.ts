/**
 * The rows of a Parquet file as items, read by DuckDB in pieces. DuckDB is loaded when the first such file is read.
 * @module
 */
import type { Json } from '../../asl/json.js';
import { PAGE_ITEMS } from './item-pages.js';

/** Numbers become numbers, dates and times their text in ISO order, nested columns arrays and objects. */
export async function* parquetPages(path: string): AsyncGenerator<Json[]> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: '256MB',
    threads: '1',
  });
  const connection = await instance.connect();
  try {
    const rows = await connection.stream(
      'SELECT to_json(file)::VARCHAR FROM read_parquet($path) AS file',
      { path },
    );
    let page: Json[] = [];
    for await (const chunk of rows.yieldRows()) {
      for (const [text] of chunk) page.push(JSON.parse(String(text)) as Json);
      if (page.length < PAGE_ITEMS) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
