/**
 * Asks every route of workers, as a worker that takes one task, reads a file, sends another, and goes.
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { PATHS, PREFIX, pathTo } from '../../src/api/paths.js';
import type { ClaimAnswer, WorkerPlaces } from '../../src/api/workers.js';
import type { JsonObject } from '../../src/asl/json.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { RequestOptions, TestServer } from './test-server.js';

type Ask = <Body = JsonObject>(
  method: string,
  path: string,
  status: number,
  options?: RequestOptions,
) => Promise<Body>;

/** @param answered routes that have answered what they were asked for */
export async function askWorkers(
  ask: Ask,
  { request, server: { engine } }: TestServer,
  answered: Set<string>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'worker-answers-'));
  writeFileSync(join(folder, 'text'), 'hello');
  const away = {
    Type: 'Task',
    Resource: 'millrace:shell',
    Parameters: { command: ['true'] },
    End: true,
  };
  await engine.pipelines.deploy({
    ...{ name: 'alder-away', team: 'alder', tags: {}, bindings: {}, folder },
    definition: { StartAt: 'Away', States: { Away: away } } as never,
    sections: { worker: { tags: ['answers'] } },
  });
  const { id: execution } = await engine.executions.start(EVERYTHING, { pipeline: 'alder-away' });
  const headers = { 'millrace-worker': 'a'.repeat(43) };
  const worker = {
    ...{ protocol: 1, name: 'tests', version: '0' },
    ...{ kinds: { shell: 1 }, tags: ['answers'], slots: 1 },
  };
  await ask('POST', `${PATHS.workerClaim}?wait=0`, 400, { body: { worker } });
  const claim = { headers, body: { worker } };
  const { attempts } = await ask<ClaimAnswer>('POST', `${PATHS.workerClaim}?wait=20`, 200, claim);
  const id = String(attempts[0]?.id);
  expect(attempts).toMatchObject([{ kind: 'shell', state: 'Away', hasFiles: true }]);
  const all = await ask<{ items: JsonObject[] }>('GET', PATHS.workers, 200);
  expect(all.items).toMatchObject([{ name: 'tests', tags: ['answers'], taken: 1 }]);
  const body = { worker, attempts: [id], beats: [] };
  expect(await ask('POST', PATHS.workerHeartbeat, 200, { headers, body })).toMatchObject({
    stop: [],
  });
  const places = await ask<WorkerPlaces>('GET', pathTo(PATHS.workerFiles, { id }), 200, {
    headers,
  });
  expect(places.folder).toMatchObject([{ path: 'text', size: 5 }]);
  const sha256 = String(places.folder[0]?.sha256);
  const blob = PREFIX + pathTo(PATHS.workerBlob, { id, sha256 });
  expect(await request('GET', blob, { headers })).toMatchObject({ status: 200, text: 'hello' });
  // It is bytes: no schema of the contract tells of them.
  answered.add(`GET ${PATHS.workerBlob}`);
  const records = [{ at: 1, stream: 'stdout', level: 'info', message: 'done' }];
  await ask('POST', pathTo(PATHS.workerLogs, { id }), 200, {
    headers,
    body: { first: 0, records },
  });
  const sent = createHash('sha256').update('out').digest('hex');
  const part = `${pathTo(PATHS.workerBlob, { id, sha256: sent })}?from=0&size=3`;
  await ask('PUT', part, 200, {
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    raw: 'out',
  });
  const outcome = { type: 'succeeded', output: 7 };
  const written = [{ path: 'out', size: 3, mode: 0o644, sha256: sent }];
  const told = { headers, body: { outcome, changes: { written, removed: [] } } };
  await ask('POST', pathTo(PATHS.workerOutcome, { id }), 200, told);
  await ask('POST', pathTo(PATHS.workerOutcome, { id }), 409, told);
  const again = { headers, body: { outcomes: [{ attempt: id, outcome }] } };
  expect(await ask('POST', PATHS.workerOutcomes, 200, again)).toMatchObject({
    results: [{ taken: false, problem: { status: 409 } }],
  });
  expect(await engine.executions.wait(EVERYTHING, execution)).toMatchObject({ output: 7 });
  expect(await ask('POST', PATHS.workerGoodbye, 200, { headers, body: {} })).toEqual({ lost: 0 });
}
