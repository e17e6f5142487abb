import { expect, test } from 'vitest';
import { checkCommand } from './version-files.js';

const file = (path: string) => ({ path, bytes: 1, sha256: 'ab12' });

test('files are checked by a command that takes their names for names', () => {
  expect(checkCommand("/data/it's", [file('part-0.parquet'), file('$(rm).csv')])).toBe(
    `cd '/data/it'\\''s' && sha256sum --check <<'END'\nab12  part-0.parquet\nab12  $(rm).csv\nEND`,
  );
});

test('there is no command where files lie in no folder, or are called what no line holds', () => {
  expect(checkCommand('s3://bucket/x', [file('a')])).toBeUndefined();
  expect(checkCommand('/data', [file('a\nEND\nrm b')])).toBeUndefined();
  expect(checkCommand('/data', [])).toBeUndefined();
});
