/**
 * The example of a cluster, as somebody runs it who has just cloned the repository.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { requirement } from '../requirements.js';

const missing = requirement('postgresql').missing ?? requirement('curl').missing;
const SCRIPT = fileURLToPath(new URL('../../examples/cluster/run.sh', import.meta.url));

it.skipIf(missing)(
  `goes on with executions whose server and worker were killed${missing ? ` (${missing})` : ''}`,
  async () => {
    const { stdout } = await promisify(execFile)('sh', [SCRIPT], { timeout: 280_000 });
    expect(stdout).toContain('the other one is active');
    expect(stdout).toMatch(/SUCCEEDED.* hourly/);
    expect(stdout).toMatch(/SUCCEEDED.* training/);
    expect(stdout.match(/, 1 retry/g)).toHaveLength(2);
    // What the first worker was given, the second one was given by the other server.
    expect(stdout).toContain('on 1000 rows');
  },
  300_000,
);
