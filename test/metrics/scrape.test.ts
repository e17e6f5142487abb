/**
 * What a scrape answers: to whom, in which format, after a restart, and with names that nobody expects.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import {
  echoPipeline,
  failingPipeline,
  openTestServer,
  type TestServer,
  waitingPipeline,
} from '../http/test-server.js';
import { requirement } from '../requirements.js';
import { promtool } from './promtool.js';

const OPEN_METRICS = { headers: { accept: 'application/openmetrics-text;version=1.0.0' } };
const tool = requirement('promtool');
/** All that a label's value can hold, and what would end it. */
const HOSTILE = 'a"b\\c\nd{e="f"} 1\r\té\u{1F980}';

let it: TestServer;
let lines: string[];

const scrape = async (server: TestServer, options: object = {}): Promise<string> => {
  const answer = await server.request('GET', '/metrics', options);
  expect(answer.status, answer.text).toBe(200);
  return answer.text;
};
/** Lines of a family that hold all of these texts. */
const found = (text: string, name: string, ...parts: string[]): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name) && parts.every((part) => line.includes(part)));
const numberIn = (line: string | undefined): number => Number(line?.split(' ').at(-1));

beforeAll(async () => {
  it = await openTestServer({ metrics: { tags: ['county', 'state', 'odd-tag'] } });
  const { engine } = it.server;
  const tags = { County: 'example', state: 'ca', 'Odd-Tag': HOSTILE, secretOfOthers: 'unlisted' };
  await engine.pipelines.deploy(echoPipeline('nightly', { team: 'parcels', tags }));
  await engine.pipelines.deploy(failingPipeline('broken', { team: 'parcels' }));
  await engine.pipelines.deploy(waitingPipeline('slow', { team: 'claims' }));
  await engine.pipelines.deploy(
    waitingPipeline('single', { team: 'claims', sections: { concurrency: { limit: 1 } } }),
  );
  await engine.pipelines.deploy(echoPipeline('never', { team: 'claims' }));
  await engine.executions.run(EVERYTHING, { pipeline: 'nightly' });
  await engine.executions.run(EVERYTHING, { pipeline: 'broken' });
  await engine.executions.start(EVERYTHING, { pipeline: 'slow' });
  await engine.executions.start(EVERYTHING, { pipeline: 'single' });
  await engine.executions.start(EVERYTHING, { pipeline: 'single' });
  await engine.events.put(ofTeam('parcels'), [{ source: 's', detailType: 'd', detail: {} }]);
  lines = (await scrape(it)).split('\n');
});
afterAll(() => it.close());

test('is read by Prometheus, whatever stands in a label', async ({ skip }) => {
  if (tool.missing) skip(tool.missing);
  const text = await scrape(it);
  const { isGood, said } = promtool(['check', 'metrics'], text);
  expect({ isGood, said }).toEqual({ isGood: true, said: '' });
});

test('counts by job, team and the chosen tags, and by no other tag', () => {
  const text = lines.join('\n');
  const [last] = found(text, 'job_last_success_unixtime', 'job="nightly"');
  expect(last).toContain('team="parcels"');
  expect(last).toContain('county="example"');
  expect(last).toContain('state="ca"');
  expect(last).toContain('odd_tag="a\\"b\\\\c\\nd{e=\\"f\\"} 1\r\té\u{1F980}"');
  expect(Math.abs(numberIn(last) - Date.now() / 1000)).toBeLessThan(60);
  expect(text).not.toContain('unlisted');
});

test('tells of a job that never succeeded when it was deployed, and of no success', () => {
  const text = lines.join('\n');
  expect(found(text, 'job_last_success_unixtime', 'job="never"')).toEqual([]);
  expect(found(text, 'job_last_success_unixtime', 'job="broken"')).toEqual([]);
  expect(found(text, 'job_deployed_unixtime', 'job="never"')).toHaveLength(1);
  expect(numberIn(found(text, 'job_last_end_unixtime', 'job="broken"')[0])).toBeGreaterThan(1e9);
});

test('counts executions by outcome, those that run and those that wait', () => {
  const text = lines.join('\n');
  const count = (name: string, ...parts: string[]): number =>
    numberIn(found(text, name, ...parts)[0]);
  expect(count('millrace_executions_total', 'team="parcels"', 'outcome="succeeded"')).toBe(1);
  expect(count('millrace_executions_total', 'team="parcels"', 'outcome="failed"')).toBe(1);
  expect(count('job_executions_total', 'job="broken"', 'outcome="failed"')).toBe(1);
  expect(count('millrace_executions_running', 'team="claims"')).toBe(2);
  expect(count('millrace_executions_waiting', 'team="claims"')).toBe(1);
  expect(count('millrace_queue_age_seconds', 'team="claims"')).toBeGreaterThanOrEqual(0);
  expect(count('millrace_attempts_total', 'connector="echo"', 'outcome="succeeded"')).toBe(2);
  expect(count('job_duration_seconds_count', 'job="nightly"')).toBe(1);
  expect(count('job_duration_seconds_bucket', 'job="nightly"', 'le="+Inf"')).toBe(1);
  expect(count('millrace_events_total', 'team="parcels"')).toBeGreaterThanOrEqual(1);
  expect(count('millrace_engine_up')).toBe(1);
  expect(count('millrace_store_bytes', 'file="database"')).toBeGreaterThan(1000);
  expect(count('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
});

test('answers in OpenMetrics with the execution as exemplar when it is asked for', async () => {
  const { items } = await it.server.engine.executions.list(EVERYTHING, { pipeline: 'nightly' });
  const answer = await it.request('GET', '/metrics', OPEN_METRICS);
  expect(answer.headers['content-type']).toContain('application/openmetrics-text');
  expect(answer.text.endsWith('# EOF\n')).toBe(true);
  const [bucket] = found(answer.text, 'job_duration_seconds_bucket', 'nightly', '# {');
  expect(bucket).toContain(`execution_id="${items[0]?.id}"`);
  expect(answer.text).toContain('# TYPE millrace_executions counter');
  expect(found(answer.text, 'millrace_executions_total', 'outcome="failed"', '# {')).toHaveLength(
    1,
  );
  expect(answer.text).not.toContain('_total_total');
});

test('shows a team its own series, and nothing of the server', async () => {
  const { authenticator } = it.server;
  const token = await authenticator.issue('api', { label: 'p', role: 'viewer', teams: ['claims'] });
  const text = await scrape(it, { token });
  expect(text).toContain('team="claims"');
  expect(text).not.toContain('parcels');
  expect(text).not.toContain('nodejs_');
  expect(text).not.toContain('millrace_turns');
  expect((await it.request('GET', '/metrics', { token: null })).status).toBe(401);
});

test('drops the series of a pipeline that nobody deploys any longer', async () => {
  const { engine } = it.server;
  await engine.pipelines.deploy(echoPipeline('short', { team: 'parcels' }));
  await engine.executions.run(EVERYTHING, { pipeline: 'short' });
  expect(found(await scrape(it), 'job_', 'job="short"').length).toBeGreaterThan(3);
  await engine.pipelines.withdraw(EVERYTHING, { team: 'parcels', name: 'short' });
  expect(found(await scrape(it), 'job_', 'job="short"')).toEqual([]);
});

test('remembers the last success over a restart, and counts from zero', async () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-metrics-'));
  const first = await openTestServer({ data });
  await first.server.engine.pipelines.deploy(echoPipeline('nightly'));
  await first.server.engine.pipelines.deploy(waitingPipeline('slow'));
  await first.server.engine.executions.run(EVERYTHING, { pipeline: 'nightly' });
  await first.server.engine.executions.start(EVERYTHING, { pipeline: 'slow' });
  const before = found(await scrape(first), 'job_last_success_unixtime');
  await first.server.close();
  const second = await openTestServer({ data });
  const text = await scrape(second);
  expect(before).toHaveLength(1);
  expect(found(text, 'job_last_success_unixtime')).toEqual(before);
  expect(numberIn(found(text, 'millrace_executions_running{')[0])).toBe(1);
  expect(found(text, 'job_duration_seconds_count')).toEqual([]);
  await second.close();
  rmSync(data, { recursive: true, force: true });
});

test('counts jobs beyond the limit together, by team, and says how many', async () => {
  const small = await openTestServer({ metrics: { jobs: 2 } });
  const { engine } = small.server;
  for (const name of ['a', 'b', 'c', 'd']) {
    await engine.pipelines.deploy(echoPipeline(name));
    await engine.executions.run(EVERYTHING, { pipeline: name });
  }
  const text = await scrape(small);
  expect(
    found(text, 'job_last_success_unixtime').map((line) => /job="(\w+)"/.exec(line)?.[1]),
  ).toEqual(['a', 'b', 'other']);
  expect(numberIn(found(text, 'job_duration_seconds_count', 'job="other"')[0])).toBe(2);
  expect(numberIn(found(text, 'millrace_metrics_series_dropped')[0])).toBe(2);
  await small.close();
});

test('refuses tags that cannot be labels when it starts', async () => {
  for (const tags of [
    ['1st'],
    ['a b', 'a-b'],
    ['__x'],
    Array.from({ length: 9 }, (_, i) => `t${i}`),
  ]) {
    await expect(openTestServer({ metrics: { tags } })).rejects.toThrow(/tag/);
  }
});
