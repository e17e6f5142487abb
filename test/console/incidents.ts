/**
 * A team with people, a rotation and a channel that refuses; one pipeline that fails, and two that come of it.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';
import { EVIL } from './pipelines.js';

/** Writes the files into `root` and answers their folder. */
export function writeTeam(root: string): string {
  const folder = join(root, 'team');
  mkdirSync(folder);
  const write = (name: string, sections: object): void =>
    writeFileSync(
      join(folder, `${name}.yaml`),
      Object.entries(sections)
        .map(([section, value]) => `${section}: ${JSON.stringify(value)}\n`)
        .join(''),
    );
  const pipeline = (name: string, script: string, rest: object): void =>
    write(name, {
      ...{ pipeline: name, team: 'parcels', tags: { county: name, state: 'ca' }, ...rest },
      definition: {
        StartAt: 'Load',
        States: {
          Load: {
            Type: 'Task',
            Resource: 'millrace:shell',
            Parameters: { command: ['sh', '-c', script] },
            End: true,
          },
        },
      },
    });
  const failing = `echo 'opening the file'; echo '${EVIL}'; echo 'no space left' >&2; exit 4`;
  pipeline('alpine', failing, {});
  pipeline('modoc', failing, {});
  pipeline('evergreen', failing, {});
  pipeline('inyo', `test -f '${join(root, 'mended')}' || { echo 'no table' >&2; exit 3; }`, {});
  for (const name of ['summary', 'report']) {
    pipeline(name, 'echo fine; exit 7', {
      trigger: { executions: { allOf: [{ name: 'alpine' }] } },
    });
  }
  write('monitors', {
    team: 'parcels',
    monitors: [
      {
        ...{ name: 'failing', groupBy: 'county', critical: 1, newSource: '0s' },
        scope: { include: ['county:evergreen'] },
      },
    ],
  });
  write('team', {
    team: 'parcels',
    people: { ana: { email: 'ana@example.org' }, ben: { email: 'ben@example.org' } },
    rotations: {
      primary: {
        ...{ timezone: 'Europe/Berlin', people: ['ana', 'ben'] },
        // So long that what the tests see does not depend on the day.
        ...{ start: '2026-01-05T09:00', every: '1000 weeks' },
      },
    },
    owners: [
      { when: { pipelines: ['modoc'] }, owner: 'ben' },
      { when: { pipelines: ['alpine', 'summary', 'report'] }, owner: 'primary' },
    ],
    channels: {
      program: { type: 'webhook', url: 'https://192.0.2.1/hook', secret: { secret: 'HOOK' } },
    },
    incidents: { failures: 'always', wait: '0 seconds' },
  });
  return folder;
}

/** Lets a pipeline run to its end. @returns the id of its execution */
export async function runOnce({ engine }: Server, pipeline: string): Promise<string> {
  return (await engine.executions.run(EVERYTHING, { pipeline })).id;
}

/** Lets the world mend itself: `inyo` succeeds from now on. */
export function mend(root: string): void {
  writeFileSync(join(root, 'mended'), '');
}
