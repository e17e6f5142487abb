/**
 * A real Prometheus scrapes a real server process: the ready rules and the ready dashboard work on what it has read, and an
 * alert about a job fires when it should and is over when the job has succeeded.
 * @module
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { millrace, type Running, startMillrace } from '../cli/millrace.js';
import { requirement } from '../requirements.js';
import { until } from '../support/until.js';
import { type PrometheusServer, startPrometheus } from './prometheus-server.js';
import { promtool, promtoolFiles } from './promtool.js';

const tool = requirement('promtool');
const server = requirement('prometheus');
const file = (name: string): string =>
  readFileSync(new URL(`../../monitoring/${name}`, import.meta.url), 'utf8');
const ALERTS = file('prometheus/alerts.yaml');

interface Alert {
  labels: { [name: string]: string };
  annotations: { [name: string]: string };
  state: string;
}
interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string; owner: string };
  annotations: { summary: string; description: string };
}

const rules = (parse(ALERTS) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.int().min(36),
  refresh: z.string(),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({
    list: z.array(
      z.object({ name: z.string(), type: z.enum(['datasource', 'query']), query: z.unknown() }),
    ),
  }),
  panels: z.array(
    z.object({
      id: z.int(),
      type: z.enum(['row', 'stat', 'timeseries', 'table', 'bargauge']),
      title: z.string().min(1),
      gridPos: z.object({ h: z.int(), w: z.int().max(24), x: z.int().max(23), y: z.int() }),
      datasource: z
        .object({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{datasource\}$/) })
        .optional(),
      fieldConfig: z
        .object({ defaults: z.object({ unit: z.string() }), overrides: z.array(z.never()) })
        .optional(),
      options: z.object({}).optional(),
      targets: z.array(z.object({ refId: z.string(), expr: z.string().min(1) })).optional(),
    }),
  ),
});
const { panels, templating } = dashboard.parse(JSON.parse(file('grafana/dashboard.json')));
const targets = panels.flatMap(({ title, targets: of = [] }) =>
  of.map(({ expr }) => ({ title, expr })),
);

describe('the ready alert rules', () => {
  test('all say how severe they are, whose they are and what to do', () => {
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, labels, annotations } of rules) {
      expect(Object.keys(labels).sort(), alert).toEqual(['owner', 'severity']);
      expect(['low', 'medium', 'high', 'critical'], alert).toContain(labels.severity);
      expect(annotations.summary.length * annotations.description.length, alert).toBeGreaterThan(0);
    }
  });

  test.skipIf(tool.missing)('are good rules, also with other thresholds', async () => {
    expect(promtoolFiles(['check', 'rules', '--lint-fatal'], { 'a.yaml': ALERTS })).toMatchObject({
      isGood: true,
    });
    const args = [
      'metrics',
      'rules',
      '--stale-after',
      '26h',
      '--for',
      '30m',
      '--owner',
      'own "er"',
    ];
    const { stdout, code } = await millrace(args, { cwd: tmpdir() });
    expect(code).toBe(0);
    expect(promtoolFiles(['check', 'rules', '--lint-fatal'], { 'a.yaml': stdout })).toMatchObject({
      isGood: true,
    });
    const [stale] = (parse(stdout) as { groups: { rules: Rule[] }[] }).groups[0]?.rules ?? [];
    expect(stale).toMatchObject({
      expr: 'time() - job_last_success_unixtime > 93600',
      for: '1800s',
    });
    expect(stale?.labels.owner).toBe('own "er"');
  });

  test.skipIf(tool.missing)('fire and are over at the minute they should, says promtool', () => {
    const job = '{job="nightly", team="parcels"}';
    const labels = { job: 'nightly', team: 'parcels', severity: 'high', owner: 'data-platform' };
    const alert = (at: string, alertname: string, alerts: object[]): object => ({
      ...{ eval_time: at, alertname },
      exp_alerts: alerts,
    });
    const unit = {
      rule_files: ['alerts.yaml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          // The last success is the beginning; four hours later it succeeds again.
          input_series: [
            { series: `job_last_success_unixtime${job}`, values: '0x239 14400x60' },
            { series: 'millrace_engine_up', values: '1x400' },
          ],
          alert_rule_test: [
            alert('3h', 'JobStale', []),
            alert('194m', 'JobStale', []),
            alert('197m', 'JobStale', [
              {
                exp_labels: labels,
                exp_annotations: {
                  summary: 'nightly has not succeeded for 3h 17m 0s',
                  description:
                    'No execution of nightly (team parcels) has succeeded for longer than it should take. See its last execution: millrace executions --pipeline nightly',
                },
              },
            ]),
            alert('240m', 'JobStale', []),
            alert('240m', 'MillraceNotScraped', []),
          ],
        },
        {
          interval: '1m',
          input_series: [
            { series: `job_deployed_unixtime${job}`, values: '0x400' },
            { series: 'millrace_engine_up', values: '1x10 0x10' },
            {
              series: 'millrace_expectations{team="parcels",state="MISSING"}',
              values: '0x5 2x400',
            },
          ],
          alert_rule_test: [
            alert('197m', 'JobNeverSucceeded', [
              {
                exp_labels: labels,
                exp_annotations: {
                  summary: 'nightly has never succeeded',
                  description:
                    'nightly (team parcels) was deployed 3h 17m 0s ago, and no execution of it has succeeded.',
                },
              },
            ]),
            alert('5m', 'ExpectationMissing', []),
            alert('6m', 'ExpectationMissing', [
              {
                exp_labels: { team: 'parcels', severity: 'high', owner: 'data-platform' },
                exp_annotations: {
                  summary: '2 expectations of team parcels are missing',
                  description:
                    'Something that should have happened did not happen at all. See which: millrace status',
                },
              },
            ]),
            alert('12m', 'MillraceUnhealthy', [
              {
                exp_labels: { severity: 'critical', owner: 'data-platform' },
                exp_annotations: {
                  summary: 'Millrace accepts no work',
                  description:
                    'The disk is full, or the store failed or is damaged. See: millrace doctor',
                },
              },
            ]),
            alert('40m', 'MillraceNotScraped', [
              {
                exp_labels: { severity: 'critical', owner: 'data-platform' },
                exp_annotations: {
                  summary: 'No metrics come from Millrace',
                  description:
                    'It is down, cannot be reached, or the token of the scrape is no longer good.',
                },
              },
            ]),
          ],
        },
      ],
    };
    const files = { 'alerts.yaml': ALERTS, 'tests.yaml': JSON.stringify(unit) };
    const { isGood, said } = promtoolFiles(['test', 'rules'], files, ['tests.yaml']);
    expect(isGood, said).toBe(true);
  });
});

describe.skipIf(server.missing ?? tool.missing)('a Prometheus that scrapes a server', () => {
  let project: string;
  let up: Running;
  let address: { url: string; token: string };
  let prometheus: PrometheusServer;

  const run = (...args: string[]) => millrace(args, { cwd: project });

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'millrace-scraped-'));
    mkdirSync(join(project, 'pipelines'));
    const echo =
      'team: parcels\ntags: { county: "ex\\"am\\\\ple" }\nsteps:\n  - greet: { echo: { hello: world } }\n';
    writeFileSync(join(project, 'pipelines/nightly.yaml'), `pipeline: nightly\n${echo}`);
    writeFileSync(join(project, 'pipelines/never.yaml'), `pipeline: never\n${echo}`);
    up = startMillrace(['up', '--port', '0', '--metric-tags', 'county'], { cwd: project });
    await up.until('stop with Ctrl-C');
    address = JSON.parse(readFileSync(join(project, '.millrace/server.json'), 'utf8'));
    const ready = await run('metrics', 'rules', '--stale-after', '3s', '--for', '0s');
    expect((await run('run', 'nightly', '--wait')).code).toBe(0);
    prometheus = await startPrometheus(
      {
        global: { scrape_interval: '500ms', evaluation_interval: '500ms' },
        scrape_configs: [
          {
            job_name: 'millrace',
            honor_labels: true,
            authorization: { credentials: address.token },
            static_configs: [{ targets: [new URL(address.url).host] }],
          },
        ],
      },
      { 'alerts.yaml': ready.stdout },
    );
  }, 180_000);
  afterAll(async () => {
    await prometheus?.close();
    up.process.kill('SIGTERM');
    await up.ended;
    rmSync(project, { recursive: true, force: true });
  });

  const alerts = async (): Promise<Alert[]> =>
    (await prometheus.api<{ alerts: Alert[] }>('alerts')).alerts;
  const isStale = ({ labels, state }: Alert): boolean =>
    labels.alertname === 'JobStale' && labels.job === 'nightly' && state === 'firing';

  test('reads every sample, with the job as job and the chosen tags', async () => {
    const [target] = await until(
      async () =>
        (
          await prometheus.api<{ activeTargets: { health: string; lastError: string }[] }>(
            'targets',
          )
        ).activeTargets,
      ([first]) => first?.health === 'up',
    );
    expect(target).toMatchObject({ health: 'up', lastError: '' });
    const [found] = await until(
      () => prometheus.query('job_last_success_unixtime'),
      (result) => result.length > 0,
    );
    expect(found?.metric).toMatchObject({ job: 'nightly', team: 'parcels', county: 'ex"am\\ple' });
  });

  test('keeps the execution behind a bucket as its exemplar', async () => {
    const { stdout } = await run('executions', '--pipeline', 'nightly', '--json');
    const [execution] = (JSON.parse(stdout) as { items: { id: string }[] }).items;
    const to = Date.now() / 1000 + 60;
    const path = `query_exemplars?query=job_duration_seconds_bucket&start=${to - 600}&end=${to}`;
    const found = await until(
      () => prometheus.api<{ exemplars: { labels: { execution_id: string } }[] }[]>(path),
      (series) => series.length > 0,
    );
    expect(found[0]?.exemplars[0]?.labels.execution_id).toBe(execution?.id);
  });

  test('fires for a job whose last success is too old, and is over when it succeeds', async () => {
    const firing = (await until(alerts, (all) => all.some(isStale))).find(isStale);
    expect(firing?.labels).toMatchObject({
      severity: 'high',
      owner: 'data-platform',
      team: 'parcels',
    });
    expect(firing?.annotations.summary).toMatch(/^nightly has not succeeded for \d/);
    expect((await alerts()).map(({ labels }) => labels.alertname)).not.toContain(
      'MillraceUnhealthy',
    );
    expect((await run('run', 'nightly', '--wait')).code).toBe(0);
    expect((await until(alerts, (all) => !all.some(isStale))).filter(isStale)).toEqual([]);
  }, 180_000);

  test('finds each rule good and evaluates it without an error', async () => {
    const { groups } = await until(
      () =>
        prometheus.api<{
          groups: { rules: { name: string; health: string; lastError?: string }[] }[];
        }>('rules'),
      ({ groups: all }) =>
        all.every((group) => group.rules.every(({ health }) => health !== 'unknown')),
    );
    const judged = groups.flatMap((group) => group.rules);
    expect(judged).toHaveLength(rules.length);
    for (const { name, health, lastError } of judged)
      expect({ name, health, lastError }).toEqual({ name, health: 'ok' });
  });

  describe('the ready dashboard', () => {
    /** What waits for something that this server does not have. */
    const EMPTY = new Set([
      'Expectations',
      'Check results',
      'Longest wait',
      'Schedules: nine of ten start sooner',
      'Events',
      'Deliveries on their way',
      'Dead letters',
    ]);
    const filled = (expr: string): string =>
      expr.replaceAll('$team', '.*').replaceAll('$job', '.*').replaceAll('$__rate_interval', '5m');

    test('asks for its data source, team and job, and overlaps nowhere', () => {
      expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'team', 'job']);
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)}:${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
    });

    test.each(targets)('$title: $expr', async ({ title, expr }) => {
      const result = await until(
        () => prometheus.query(filled(expr)),
        (found) => EMPTY.has(title) || found.length > 0,
      );
      if (!EMPTY.has(title)) expect(result.length).toBeGreaterThan(0);
      // Whatever is named, there is such a metric, or there will be when a feature counts it.
      for (const [name] of expr.matchAll(/\b(?:job|millrace|nodejs|process)_[a-z0-9_]+/g)) {
        expect(NAMES.has(name.replace(/_(bucket|sum|count)$/, '')), name).toBe(true);
      }
    });

    let NAMES: Set<string>;
    beforeAll(async () => {
      const answer = await fetch(`${address.url}/metrics`, {
        headers: { authorization: `Bearer ${address.token}` },
      });
      const text = await answer.text();
      NAMES = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
      for (const later of ['millrace_expectations', 'millrace_check_results_total'])
        NAMES.add(later);
      expect(promtool(['check', 'metrics'], text)).toEqual({ isGood: true, said: '' });
    });
  });
});
