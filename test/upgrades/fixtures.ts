/**
 * The databases that earlier versions have written (write-fixtures.mjs), and what is done to look at two that should be the same.
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const HERE = fileURLToPath(new URL('fixtures', import.meta.url));

/** One a schema, the oldest first. */
export const FIXTURES: readonly { schema: number; folder: string }[] = readdirSync(HERE)
  .sort()
  .flatMap((name) => {
    const [, schema] = /^schema-(\d+)$/.exec(name) ?? [];
    return schema === undefined ? [] : [{ schema: Number(schema), folder: join(HERE, name) }];
  });

/** Makes a data folder of it. */
export function putFixture(folder: string, data: string): void {
  mkdirSync(data, { recursive: true });
  const database = gunzipSync(readFileSync(join(folder, 'millrace.db.gz')));
  writeFileSync(join(data, 'millrace.db'), database);
  const key = join(folder, 'seal.key');
  if (existsSync(key)) writeFileSync(join(data, 'seal.key'), readFileSync(key), { mode: 0o600 });
}
