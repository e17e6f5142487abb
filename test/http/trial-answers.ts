/**
 * Asks every route of test runs and challengers, of a server where one team has a pipeline that a candidate runs beside.
 * @module
 */
import { expect } from 'vitest';
import { PATHS, pathTo } from '../../src/api/paths.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { Engine } from '../../src/engine/engine.js';
import type { RequestOptions } from './test-server.js';

type Ask = <Body = JsonObject>(
  method: string,
  path: string,
  status: number,
  options?: RequestOptions,
) => Promise<Body>;

/** @param real id of an execution that is no test run */
export async function askTestRuns(ask: Ask, engine: Engine, real: string): Promise<void> {
  const announce = {
    Type: 'Task',
    Resource: 'millrace:http',
    Parameters: { url: 'http://127.0.0.1:9/told', method: 'POST', body: { done: true } },
    End: true,
  };
  const definition = { StartAt: 'Announce', States: { Announce: announce } };
  await engine.pipelines.deploy({
    ...{ name: 'alder-tells', team: 'alder', tags: {}, bindings: {}, folder: '/nowhere' },
    definition: definition as never,
  });
  const body = { pipeline: 'alder-tells', testRun: true };
  const started = await ask<{ id: string }>('POST', PATHS.executions, 201, { body });
  const { id } = started;
  await ask('GET', `${pathTo(PATHS.execution, { id })}?wait=20`, 200);
  const report = await ask('GET', pathTo(PATHS.testReport, { id }), 200);
  expect(report).toMatchObject({
    execution: { status: 'SUCCEEDED', testRun: {} },
    effects: [{ state: 'Announce', performer: 'http', sent: { body: { done: true } } }],
    ...{ versions: [], differs: 'no', contracts: 'none' },
  });
  const effects = await ask('GET', pathTo(PATHS.effects, { id }), 200);
  expect(effects).toMatchObject({ items: [{ answer: { status: 200, headers: {}, body: null } }] });
  await ask('GET', `${PATHS.executions}?testRuns=only`, 200);
  const candidate = { text: 'pipeline: alder-tells\nsteps: []\n' };
  const refused = await ask<{ code: string }>('POST', PATHS.executions, 422, {
    body: { ...body, candidate },
  });
  expect(refused.code).toBe('MILL3432');
  await ask('POST', PATHS.executions, 400, { body: { pipeline: 'alder-tells', candidate } });
  await ask('GET', pathTo(PATHS.testReport, { id: real }), 409);
  expect(await ask('GET', pathTo(PATHS.effects, { id: real }), 200)).toEqual({ items: [] });
}

export async function askChallengers(ask: Ask): Promise<void> {
  const { items } = await ask<{ items: { number: number }[] }>('GET', PATHS.challengers, 200);
  const number = String(items[0]?.number);
  await ask('GET', pathTo(PATHS.challenger, { number }), 200);
  await ask('POST', pathTo(PATHS.challengerStop, { number }), 200);
  const of = { name: 'alder-written' };
  const text =
    'pipeline: alder-written\nteam: alder\nsteps:\n  - say:\n      echo: { by: other }\n';
  const begun = await ask('POST', pathTo(PATHS.pipelineChallengers, of), 201, { body: { text } });
  const next = String(begun.number);
  await ask('POST', pathTo(PATHS.challengerPromote, { number: next }), 202);
}
