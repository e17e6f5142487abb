/**
 * Damages under a running server that only its look every half minute finds: see damage.test.ts for all others.
 * @module
 */
import { cpSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReadingAlone, makeDatabases, noticed, RUNNING, report } from './damages.js';
import type { Project } from './data-server.js';

let project: Project;
let ids: string[];

beforeAll(async () => {
  ({ project, ids } = await makeDatabases());
}, 120_000);
afterAll(() => project.remove());

describe('a database that is damaged under a running server', () => {
  it.concurrent.each(Object.entries(RUNNING))(
    '%s',
    // A look comes twenty times as late as the one before took, and all of this runs at once: how soon is said by no clock.
    { timeout: 600_000 },
    async (name, { damage, seconds = Number.POSITIVE_INFINITY }) => {
      const data = `running-${name.replaceAll(' ', '-')}`;
      cpSync(project.path('sound'), project.path(data), { recursive: true });
      const server = await project.up({ data });
      // Its first look is over: only a later one can find it.
      await new Promise((done) => setTimeout(done, 3_000));
      const begun = performance.now();
      damage(project.path(data, 'millrace.db'));
      const problem = await noticed(server);
      expect(performance.now() - begun).toBeLessThan(seconds * 1000);
      report(name, problem === undefined ? 'ended' : `noticed while running`, begun);
      if (problem !== undefined) await expectReadingAlone(server, ids);
      await server.kill('SIGTERM');
      const next = await project.tryUp({ data });
      expect(next).toMatchObject({ code: 1, stderr: expect.stringContaining('error[MILL5031]') });
    },
  );
});
