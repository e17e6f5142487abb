/**
 * Counties that stand in every way that something can stand: for the tests of Now, checks, boards and charts.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import type { Server } from '../../src/server.js';
import { EVIL } from './pipelines.js';

/** Writes the pipeline files into `root` and answers their folder. */
export function writeCounties(root: string): string {
  const folder = join(root, 'counties');
  mkdirSync(folder);
  const county = (name: string, expect: string[], rest: object): void => {
    const file = {
      pipeline: name,
      team: 'parcels',
      tags: { county: name, state: 'ca' },
      expect,
      ...rest,
    };
    writeFileSync(
      join(folder, `${name}.yaml`),
      Object.entries(file)
        .map(([section, value]) => `${section}: ${JSON.stringify(value)}\n`)
        .join(''),
    );
  };
  const rows = {
    definition: machine({ Type: 'Pass', End: true }),
    produced: { 'rows.$': '$.rows' },
  };
  county('alpine', ['succeeded', 'finishes within 30 minutes'], rows);
  county('inyo', ['new data within 16 days'], rows);
  county('modoc', ['succeeded', 'runs within 8 days'], {
    definition: machine({ Type: 'Fail', Error: 'NoTable', Cause: `there is no table ${EVIL}` }),
  });
  county('sierra', ['runs within 1 second'], {
    ...rows,
    trigger: { schedule: { rate: '30 minutes' } },
  });
  county('yolo', ['runs within 1 day'], {
    definition: machine({ Type: 'Wait', Seconds: 3600, End: true }),
  });
  return folder;
}

/** Lets each county come to stand where it is to stand. */
export async function fillCounties({ engine }: Server): Promise<{ failed: string }> {
  const run = async (name: string, count: number) =>
    await engine.executions.run(EVERYTHING, {
      pipeline: name,
      input: { rows: count },
    });
  for (const count of [120, 118, 0, 122, 2_500, 119, 121, 120, 118, 121, 119, 122])
    await run('alpine', count);
  await run('inyo', 0);
  const { id: failed } = await run('modoc', 0);
  await engine.executions.start(EVERYTHING, { pipeline: 'yolo' });
  const home = { provider: 'elsewhere', account: '1', region: 'eu-west-1', kind: 'job' };
  await engine.checks.report(ofTeam('parcels'), {
    subject: { ...home, name: EVIL },
    status: 'CRITICAL',
    cause: EVIL,
    tags: { county: EVIL, note: EVIL },
  });
  return { failed };
}

function machine(state: object): object {
  return { StartAt: 'Do', States: { Do: state } };
}
