/**
 * The rows of a Parquet file as items, read by DuckDB in pieces. DuckDB is loaded when the first such file is read.
 * @module
 */

/**
 * Numbers become numbers, dates and times their text in ISO order, nested columns arrays and objects.
 * @param size rows that are handed out together, about
 */
export async function* parquetRows(path: string, size: number): AsyncGenerator<unknown[]> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: '256MB',
    threads: '1',
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    // A moment is told in the zone of the connection, and that is the server's own otherwise.
    await connection.run("SET TimeZone = 'UTC'");
    const rows = await connection.stream(
      'SELECT to_json(file)::VARCHAR FROM read_parquet($path) AS file',
      { path },
    );
    let page: unknown[] = [];
    for await (const chunk of rows.yieldRows()) {
      for (const [text] of chunk) page.push(JSON.parse(String(text)));
      if (page.length < size) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
