import { expect, it } from 'vitest';
import { openReader } from '../../src/store/driver.js';
import { DECLARED_TABLES } from './declared-tables.js';
import { TimedEngine } from './timed-engine.js';

it('the declared tables are those that an engine joins', async () => {
  const home = new TimedEngine({ files: { watch: () => () => {} } as never });
  await home.open();
  const reader = openReader(`${home.data}/test.db`);
  const joined = reader
    .prepare('SELECT name FROM feature_tables ORDER BY name')
    .all()
    .map(({ name }) => name);
  reader.close();
  await home.close();
  expect(joined.length).toBeGreaterThan(20);
  expect(DECLARED_TABLES.map(({ name }) => name).sort()).toEqual(joined);
});
