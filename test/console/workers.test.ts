import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { PREFIX } from '../../src/api/paths.js';
import { WORKER_PROTOCOL } from '../../src/api/workers.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';
import { requirement } from '../requirements.js';
import { consoleHome, LOOKS } from './support/console-home.js';

/** One pipeline for a worker that is there, and one for one that nobody offers. */
function write(root: string): string {
  const folder = join(root, 'away');
  mkdirSync(folder);
  for (const [name, worker] of [
    ['far', 'true'],
    ['drawn', '{ tags: [gpu] }'],
  ]) {
    writeFileSync(
      join(folder, `${name}.yaml`),
      `pipeline: ${name}
team: parcels
steps:
  - train: { shell: { command: [sleep, "1"] }, worker: ${worker} }
`,
    );
  }
  return folder;
}

const session = randomBytes(32).toString('base64url');
const worker = {
  ...{ protocol: WORKER_PROTOCOL, name: 'left-bank', version: '0.1.0', kinds: { shell: 2 } },
  ...{ tags: ['big'], slots: 4 },
};
let say: (path: string, body: object) => Promise<{ attempts?: { id: string }[] }>;
let held: string[] = [];

/** A worker that takes one task and performs it for ever. */
async function fill({ engine, url, authenticator }: Server): Promise<void> {
  const token = await authenticator.issue('api', {
    ...{ label: 'worker', role: 'worker', teams: ['parcels'] },
  });
  say = async (path, body) => {
    const headers = {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      'millrace-worker': session,
    };
    const answer = await fetch(url + PREFIX + path, {
      ...{ method: 'POST', headers, body: JSON.stringify(body) },
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { attempts?: { id: string }[] };
  };
  for (const pipeline of ['far', 'drawn', 'drawn']) {
    await engine.executions.start(EVERYTHING, { pipeline });
  }
  const { attempts = [] } = await say('/workers/claim?wait=20', { worker });
  held = attempts.map(({ id }) => id);
}

describe.skipIf(requirement('chromium').missing)('workers, in the console', () => {
  const home = consoleHome(write, fill);
  // It lives.
  beforeEach(() => say('/workers/heartbeat', { worker, attempts: held }));

  test('each says what it takes and holds, and leads there; what nobody offers stands above, with the command', async () => {
    expect(held).toHaveLength(1);
    const page = await home.open('/admin');
    await page.getByRole('link', { name: 'Workers' }).click();
    const row = page.getByRole('row').filter({ hasText: 'left-bank' });
    await row.getByText('shell (2 at a time)').waitFor();
    await row.getByText('big · of parcels').waitFor();
    await row.getByText('1 of 4 slots').waitFor();
    const waiting = page.getByRole('region', { name: 'What waits for a worker' });
    await waiting.getByText('2 tasks of parcels wait for a worker').waitFor();
    await waiting.getByText('millrace worker --kinds shell --tags gpu').waitFor();
    await row.getByRole('link', { name: /^far\// }).click();
    await page.waitForURL(/\/e\//);
  });

  test.each(LOOKS)('nothing serious of axe, no sideways scrolling: %j', async (look) => {
    const page = await home.open('/admin?tab=workers', look);
    await page.getByText('left-bank').waitFor();
    await home.examine(page, 'workers', look);
  });
});
