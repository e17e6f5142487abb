/**
 * What Prometheus is told of runs elsewhere and of calls to AWS: who sees what, once a run, in a bounded number of series.
 */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AwsAccount } from '../../src/aws/aws.js';
import { EVERYTHING, ofTeam, type Scope } from '../../src/engine/kernel/scope.js';
import { exposition } from '../../src/http/metrics/exposition.js';
import { requirement } from '../requirements.js';
import { FakeAws, refused } from '../support/fake-aws.js';
import { TimedEngine } from '../support/timed-engine.js';
import { promtool, promtoolFiles } from './promtool.js';

const MINUTE = 60_000;
const START = '2026-11-20T00:00:00Z';
const QUEUE = 'http://sqs/events';
const LAKE: AwsAccount = {
  ...{ name: 'lake', account: '111122223333', regions: ['eu-central-1'] },
  ...{ teams: ['parcels', 'orders'], events: { queue: QUEUE } },
};
const tool = requirement('promtool');
const at = (minutes: number): string =>
  new Date(Date.parse(START) + minutes * MINUTE).toISOString();
const PLACE = 'account="lake",region="eu-central-1"';

let aws: FakeAws;
let it: TimedEngine;
const opened: TimedEngine[] = [];
beforeEach(() => {
  aws = new FakeAws([LAKE]);
});
afterEach(async () => {
  await opened.pop()?.close();
});

const run = (name: string, id: string, state: string) => ({
  ...{ JobName: name, Id: id, JobRunState: state, StartedOn: at(-20), CompletedOn: at(-10) },
});

async function open(jobs: readonly string[], most?: number): Promise<void> {
  aws.on('glue.listJobs', () => ({ JobNames: [...jobs] }));
  aws.on('glue.getJobRuns', ({ JobName }) => ({
    JobRuns: [run(String(JobName), 'good', 'SUCCEEDED'), run(String(JobName), 'bad', 'FAILED')],
  }));
  it = new TimedEngine({
    aws,
    start: START,
    ...(most === undefined ? {} : { metrics: { jobs: most } }),
  });
  it.clock.awaits(aws);
  await it.open();
  opened.push(it);
}

async function watch(entry: object): Promise<void> {
  const written = [{ account: 'lake', ...entry }];
  const file = { team: 'parcels', file: 'team.yaml', sections: { watch: written } };
  expect(await it.engine.observers.declare([file], [])).toEqual([]);
  await it.pass(MINUTE);
}

async function text(scope: Scope = EVERYTHING): Promise<string> {
  let all = '';
  for await (const part of exposition(await it.engine.metrics.families(scope), 'text')) all += part;
  return all;
}

async function lines(name: string, scope?: Scope): Promise<string[]> {
  return (await text(scope))
    .split('\n')
    .filter((line) => line.startsWith(name))
    .sort();
}

test('runs are counted once by what came of them, and their last success is durable', async () => {
  await open(['load']);
  await watch({ glueJobs: ['*'] });
  await it.pass(30 * MINUTE);
  const of = `team="parcels",${PLACE},kind="glue-job"`;
  expect(await lines('millrace_watched_runs_total')).toEqual([
    `millrace_watched_runs_total{${of},status="failed"} 1`,
    `millrace_watched_runs_total{${of},status="succeeded"} 1`,
  ]);
  expect(await lines('millrace_watched_duration_seconds_count')).toEqual([
    'millrace_watched_duration_seconds_count{team="parcels",kind="glue-job"} 2',
  ]);
  const success = `watched_last_success_unixtime{watched="load",kind="glue-job",${PLACE},team="parcels"} ${Date.parse(at(-10)) / 1000}`;
  expect(await lines('watched_last_success')).toEqual([success]);
  await it.restart();
  expect(await lines('watched_last_success')).toEqual([success]);
});

test('a team sees its own runs, and nothing of how the server watches', async () => {
  await open(['load']);
  await watch({ glueJobs: ['*'] });
  expect(await lines('millrace_watched', ofTeam('orders'))).toEqual([]);
  expect(await lines('watched_', ofTeam('orders'))).toEqual([]);
  const own = await lines('millrace_watched_', ofTeam('parcels'));
  expect(own.filter((line) => line.startsWith('millrace_watched_runs_total'))).toHaveLength(2);
  for (const name of ['millrace_aws_calls', 'millrace_watched_looks', 'millrace_watched_things']) {
    expect(await lines(name, ofTeam('parcels'))).toEqual([]);
    expect((await lines(name)).length).toBeGreaterThan(0);
  }
});

test('looks are counted by what came of them, calls by their outcome, and what cannot be seen is said', async () => {
  await open(['load']);
  aws.on('sfn.listStateMachines', () => refused('AccessDeniedException', 'denied'));
  await watch({ glueJobs: ['*'], stateMachines: ['*'] });
  await it.pass(10 * MINUTE);
  const denied = (await lines('millrace_watched_looks_total')).filter((line) =>
    line.includes('outcome="denied"'),
  );
  expect(denied).toEqual([
    expect.stringMatching(
      /^millrace_watched_looks_total\{account="lake",region="eu-central-1",kind="state-machine",outcome="denied"\} [1-9]/,
    ),
  ]);
  expect(await lines('millrace_watched_blind')).toEqual([
    `millrace_watched_blind{${PLACE},kind="state-machine"} 1`,
  ]);
  const calls = await lines('millrace_aws_calls_total');
  const glue = `service="glue",action="getJobRuns",outcome="answered"`;
  expect(calls).toContain(
    `millrace_aws_calls_total{${PLACE},${glue}} ${aws.count('glue.getJobRuns')}`,
  );
  const sfn = `service="sfn",action="listStateMachines",outcome="refused"`;
  expect(calls).toContain(
    `millrace_aws_calls_total{${PLACE},${sfn}} ${aws.count('sfn.listStateMachines')}`,
  );
  expect(await lines('millrace_watched_things')).toEqual([
    `millrace_watched_things{${PLACE},kind="glue-job"} 1`,
  ]);
});

test('queues tell how many events they brought, and how late the last one was', async () => {
  await open([]);
  await watch({ stateMachines: ['*'] });
  const executionArn = 'arn:aws:states:eu-central-1:111122223333:execution:nightly:e1';
  const event = {
    ...{ version: '0', id: 'e1', source: 'aws.states', account: LAKE.account },
    ...{ region: 'eu-central-1', 'detail-type': 'Step Functions Execution Status Change' },
    time: new Date(it.clock.now() - 90_000).toISOString(),
    detail: { executionArn, status: 'SUCCEEDED', startDate: 1, stopDate: it.clock.now() },
  };
  aws.send(QUEUE, JSON.stringify(event));
  aws.send(QUEUE, 'no event');
  await it.settled();
  expect(await lines('millrace_watched_queue_')).toEqual([
    `millrace_watched_queue_lag_seconds{${PLACE}} 90`,
    `millrace_watched_queue_messages_total{${PLACE},outcome="event"} 1`,
    `millrace_watched_queue_messages_total{${PLACE},outcome="unread"} 1`,
  ]);
});

test('what a team calls its own kinds makes no series, nor do things beyond the bound', async () => {
  await open(['a', 'b', 'c', 'x'.repeat(200)], 2);
  const events = [
    { pattern: { source: ['aws.dms'] }, kind: 'anything-i-like', name: '$.detail.n' },
  ];
  await watch({ glueJobs: ['*'], events });
  const own = {
    source: 'aws.dms',
    'detail-type': 't',
    account: LAKE.account,
    region: 'eu-central-1',
  };
  const event = { ...own, id: '1', time: at(0), detail: { n: 'task' } };
  const forwarded = { source: 'aws', detailType: 'forwarded', detail: event };
  await it.engine.events.put(ofTeam('parcels'), [forwarded]);
  await it.settled();
  expect(
    (await lines('millrace_watched_runs_total')).map((line) => /kind="([^"]*)"/.exec(line)?.[1]),
  ).toEqual([...['event', 'glue-job', 'glue-job']]);
  const labels = (await lines('watched_last_success')).map(
    (line) => /watched="([^"]*)"/.exec(line)?.[1],
  );
  expect(labels).toEqual(['a', 'b', 'other']);
});

test('all of it is read by Prometheus', async ({ skip }) => {
  if (tool.missing) skip(tool.missing);
  await open(['a"b\\c', 'load']);
  await watch({ glueJobs: ['*'] });
  expect(promtool(['check', 'metrics'], await text())).toEqual({ isGood: true, said: '' });
});

test('rules about watching fire when it lasts, and not before, says promtool', ({ skip }) => {
  if (tool.missing) skip(tool.missing);
  const calls = 'millrace_aws_calls_total{account="a",region="r",service="glue",outcome=';
  const firing = (at: string, names: readonly string[]): object => ({
    expr: 'count by (alertname) (ALERTS{alertstate="firing",alertname!="MillraceNotScraped"})',
    eval_time: at,
    exp_samples: names.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
  });
  const unit = {
    rule_files: ['alerts.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: [
          { series: 'millrace_watched_blind{account="a",region="r",kind="k"}', values: '1x60' },
          { series: 'millrace_watched_look_age_seconds', values: '0x10 700x50' },
          {
            series: 'millrace_watched_queue_lag_seconds{account="a",region="r"}',
            values: '1900x60',
          },
          { series: `${calls}"answered"}`, values: '0+60x60' },
          { series: `${calls}"throttled"}`, values: '0+60x60' },
        ],
        promql_expr_test: [
          firing('9m', []),
          firing('50m', ['AwsThrottles', 'WatchedEventsLag', 'WatchingBlind', 'WatchingLate']),
        ],
      },
    ],
  };
  const rules = readFileSync('monitoring/prometheus/alerts.yaml', 'utf8');
  const files = { 'alerts.yaml': rules, 'tests.yaml': JSON.stringify(unit) };
  const { isGood, said } = promtoolFiles(['test', 'rules'], files, ['tests.yaml']);
  expect(isGood, said).toBe(true);
});
