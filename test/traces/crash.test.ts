/**
 * A server that is killed while its receiver is away: what had ended and was not sent is sent after the next start.
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { millrace, startMillrace } from '../cli/millrace.js';
import { until } from '../support/until.js';
import { openReceiver } from './receiver.js';

test('sends after a kill what had ended and was not sent, once the receiver is back', async () => {
  const project = mkdtempSync(join(tmpdir(), 'millrace-traces-'));
  mkdirSync(join(project, 'pipelines'));
  writeFileSync(
    join(project, 'pipelines/nightly.yaml'),
    'pipeline: nightly\nsteps:\n  - greet: { echo: { hello: world } }\n',
  );
  const receiver = await openReceiver();
  let isBack = false;
  receiver.answer = (response) => {
    response.statusCode = isBack ? 200 : 503;
    response.end();
  };
  const up = async () => {
    const running = startMillrace(['up', '--port', '0', '--otlp-traces', receiver.url], {
      cwd: project,
      env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret-key' },
    });
    await running.until('stop with Ctrl-C');
    return running;
  };
  const first = await up();
  const ids: string[] = [];
  for (let i = 0; i < 3; i += 1) {
    const { stdout } = await millrace(['run', 'nightly', '--wait', '--json'], { cwd: project });
    ids.push((JSON.parse(stdout) as { id: string }).id);
  }
  first.process.kill('SIGKILL');
  await first.ended;
  receiver.bodies.length = 0;
  isBack = true;
  const second = await up();
  const wanted = ids.map((id) => createHash('sha256').update(id).digest('hex').slice(0, 32)).sort();
  const traces = (): string[] =>
    [...new Set(receiver.spans().map(({ traceId }) => traceId))].sort();
  expect(await until(traces, (found) => found.length >= 3)).toEqual(wanted);
  expect(receiver.headers.at(-1)).toMatchObject({ 'x-key': 'secret-key' });
  second.process.kill('SIGTERM');
  const { code } = await second.ended;
  expect(code).toBe(0);
  await receiver.close();
  rmSync(project, { recursive: true, force: true });
}, 180_000);
