import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  attempt,
  failureOf,
  messages,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { requirement } from '../../../test/requirements.js';
import type { JsonObject } from '../connector.js';
import { summarize } from './event-log.js';
import { createSparkConnector } from './spark-connector.js';

const connector = createSparkConnector({ terminationGrace: 300 });
const spark = requirement('spark');

const logOf = (...events: object[]): Readable =>
  Readable.from([events.map((event) => `${JSON.stringify(event)}\n`).join('')]);

describe('the event log of an application', () => {
  const task = (stage: number, spilled = 0, more: object = {}): object => ({
    Event: 'SparkListenerTaskEnd',
    'Stage ID': stage,
    'Stage Attempt ID': 0,
    'Task End Reason': { Reason: 'Success' },
    'Task Metrics': {
      'Executor Run Time': 250,
      'Memory Bytes Spilled': spilled * 2,
      'Disk Bytes Spilled': spilled,
      'Input Metrics': { 'Bytes Read': 100, 'Records Read': 10 },
      'Output Metrics': { 'Bytes Written': 40, 'Records Written': 4 },
      'Shuffle Read Metrics': { 'Remote Bytes Read': 1, 'Local Bytes Read': 2 },
      'Shuffle Write Metrics': { 'Shuffle Bytes Written': 5 },
    },
    ...more,
  });
  const stage = (id: number, from: number, until: number, more: object = {}): object => ({
    Event: 'SparkListenerStageCompleted',
    'Stage Info': {
      'Stage ID': id,
      'Stage Attempt ID': 0,
      'Stage Name': `count at ${id}`,
      'Number of Tasks': 2,
      'Submission Time': from,
      'Completion Time': until,
      ...more,
    },
  });

  test('is summed up: stages, rows, bytes, spill', async () => {
    const summary = await summarize(
      logOf(
        { Event: 'SparkListenerLogStart', 'Spark Version': '4.3.0' },
        { Event: 'SparkListenerApplicationStart', 'App ID': 'local-1', Timestamp: 1_000 },
        { Event: 'SparkListenerEnvironmentUpdate', 'Spark Properties': { secret: 'sesame' } },
        task(0),
        task(0),
        stage(0, 1_000, 3_500),
        task(1, 700),
        task(1, 0, { 'Task End Reason': { Reason: 'ExceptionFailure' }, 'Task Metrics': {} }),
        stage(1, 4_000, 5_000, { 'Failure Reason': 'Job aborted: no disk\nat …' }),
        { Event: 'SparkListenerJobEnd', 'Job Result': { Result: 'JobSucceeded' } },
        { Event: 'SparkListenerJobEnd', 'Job Result': { Result: 'JobFailed' } },
        { Event: 'SparkListenerApplicationEnd', Timestamp: 9_000 },
      ),
    );
    expect(summary).toEqual({
      ...{ application: 'local-1', version: '4.3.0', seconds: 8, executorSeconds: 0.75 },
      jobs: { succeeded: 1, failed: 1 },
      stages: { succeeded: 1, failed: 1 },
      tasks: { succeeded: 3, failed: 1 },
      read: { rows: 30, bytes: 300 },
      written: { rows: 12, bytes: 120 },
      shuffle: { readBytes: 9, writtenBytes: 15 },
      spill: { memoryBytes: 1_400, diskBytes: 700 },
      slowest: [
        { stage: '0', name: 'count at 0', tasks: 2, seconds: 2.5, spilled: 0 },
        {
          ...{ stage: '1', name: 'count at 1', tasks: 2, seconds: 1, spilled: 700 },
          failure: 'Job aborted: no disk\nat …',
        },
      ],
    });
    expect(JSON.stringify(summary)).not.toContain('sesame');
  });

  test('is summed up as far as it goes when the application was killed', async () => {
    const half = Readable.from([
      `${JSON.stringify(task(0))}\n{"Event":"SparkListenerTaskEnd","Sta`,
    ]);
    expect((await summarize(half)).tasks).toEqual({ succeeded: 1, failed: 0 });
    expect((await summarize(Readable.from([]))).stages).toEqual({ succeeded: 0, failed: 0 });
  });

  test('may say anything: what is no number counts for nothing', async () => {
    const odd = logOf(
      { Event: 'SparkListenerTaskEnd', 'Task Metrics': 'none', 'Task End Reason': null },
      { Event: 'SparkListenerStageCompleted', 'Stage Info': [] },
      { Event: 'SparkListenerJobEnd' },
      ['SparkListenerTaskEnd'],
    );
    expect((await summarize(odd)).tasks).toEqual({ succeeded: 0, failed: 1 });
  });
});

describe('a task of Spark', () => {
  test.each<[string, JsonObject, string]>([
    ['no application', {}, 'application: '],
    ['an option as application', { application: '--version' }, 'application: A file is named'],
    [
      'a master that is none',
      { application: 'a.py', master: 'localhost' },
      'master: expected local[*]',
    ],
    [
      'a setting that is not of Spark',
      { application: 'a.py', conf: { 'x.y': '1' } },
      'conf.x.y: Settings of Spark',
    ],
    [
      'where the event log goes',
      { application: 'a.py', conf: { 'spark.eventLog.dir': '/tmp' } },
      'conf.spark.eventLog.dir: The event log',
    ],
    [
      'two files in one name',
      { application: 'a.py', jars: ['a.jar,b.jar'] },
      'jars.0: A file is named',
    ],
    ['a field that is none', { application: 'a.py', aplication: 1 }, 'Unrecognized key'],
  ])('is refused with %s', (_, args, problem) => {
    const [first = ''] = connector.validate(args);
    expect(first.slice(0, problem.length)).toBe(problem);
  });

  test('says how to get Spark where there is none', async () => {
    const folders = temporaryFolders();
    writeFileSync(join(folders.folder, 'a.py'), '');
    const running = attempt(connector, folders, { application: 'a.py', submit: 'no-such-spark' });
    const { error, cause } = await failureOf(running);
    expect(error).toBe('Connector.StartFailed');
    expect(cause).toContain('pip install pyspark');
  });

  test('reads no application outside of the folder of the pipeline', async () => {
    const folders = temporaryFolders();
    symlinkSync('/etc/hostname', join(folders.folder, 'link.py'));
    for (const application of ['/etc/hostname', '../x.py', 'link.py']) {
      const { error } = await failureOf(attempt(connector, folders, { application }));
      expect(error).toBe('Connector.PathOutsideFolder');
    }
  });

  /** A stand-in for spark-submit: what it is called with, and an event log that it writes. */
  function submitting(folder: string, program: string): string {
    const file = join(folder, 'submit');
    writeFileSync(file, `#!${process.execPath}\n${program}`, { mode: 0o755 });
    return file;
  }

  test('is submitted with its settings, its files by their whole paths, bound to this machine', async () => {
    const folders = temporaryFolders();
    mkdirSync(join(folders.folder, 'jobs'));
    for (const name of ['jobs/clean.py', 'more.py']) writeFileSync(join(folders.folder, name), '');
    const submit = submitting(
      folders.folder,
      'console.log(JSON.stringify({ argv: process.argv.slice(2), ip: process.env.SPARK_LOCAL_IP }))',
    );
    const output = await outputOf(
      attempt(connector, folders, {
        ...{ application: 'jobs/clean.py', args: ['--day', '3'], submit, pyFiles: ['more.py'] },
        conf: { 'spark.sql.shuffle.partitions': 8, 'spark.ui.enabled': true },
      }),
    );
    const { argv, ip } = output as { argv: string[]; ip: string };
    expect(ip).toBe('127.0.0.1');
    expect(argv.slice(0, 2)).toEqual(['--master', 'local[*]']);
    expect(argv).toContain('spark.driver.bindAddress=127.0.0.1');
    expect(argv).toContain('spark.sql.shuffle.partitions=8');
    // What somebody asks for comes after what is usual.
    expect(argv.filter((one) => one.startsWith('spark.ui.enabled'))).toEqual([
      'spark.ui.enabled=true',
    ]);
    expect(argv[argv.indexOf('--py-files') + 1]).toBe(join(folders.folder, 'more.py'));
    expect(argv.slice(-3)).toEqual([join(folders.folder, 'jobs/clean.py'), '--day', '3']);
  });

  test('fails with the stage that failed, and the end of what was printed', async () => {
    const folders = temporaryFolders();
    writeFileSync(join(folders.folder, 'a.py'), '');
    const stage = {
      Event: 'SparkListenerStageCompleted',
      'Stage Info': {
        'Stage ID': 4,
        'Stage Name': 'save at a.py:3',
        'Failure Reason': 'no disk\nat x',
      },
    };
    const submit = submitting(
      folders.folder,
      `const dir = process.argv.find((one) => one.startsWith('spark.eventLog.dir=')).slice('spark.eventLog.dir='.length);
       require('node:fs').writeFileSync(new URL(dir + '/local-1'), ${JSON.stringify(`${JSON.stringify(stage)}\n`)});
       console.error('Traceback: it broke'); process.exit(1);`,
    );
    const { error, cause } = await failureOf(
      attempt(connector, folders, { application: 'a.py', submit }),
    );
    expect(error).toBe('Spark.ApplicationFailed');
    expect(cause).toContain('exit code 1. Stage 4 (save at a.py:3) failed: no disk');
    expect(cause).toContain('Traceback: it broke');
  });

  test.skipIf(spark.missing)(
    'runs, tells what its stages did, and how many rows it wrote',
    async () => {
      const folders = temporaryFolders();
      writeFileSync(
        join(folders.folder, 'count.py'),
        [
          'import json, os, sys',
          'from pyspark.sql import SparkSession, functions as F',
          'spark = SparkSession.builder.getOrCreate()',
          'out = os.path.join(os.environ["MILLRACE_WORK_FOLDER"], "out")',
          'counts = spark.range(int(sys.argv[1])).groupBy((F.col("id") % 7).alias("k")).count()',
          'counts.write.mode("overwrite").parquet(out)',
          'print(json.dumps({"keys": 7}))',
          'spark.stop()',
        ].join('\n'),
      );
      const running = attempt(connector, folders, {
        ...{ application: 'count.py', args: ['1000'], master: 'local[2]' },
        conf: { 'spark.sql.shuffle.partitions': 2 },
      });
      const output = (await outputOf(running)) as JsonObject;
      expect(output.keys).toBe(7);
      expect(output.produced).toMatchObject({ rows: 7 });
      const summary = output.spark as unknown as Awaited<ReturnType<typeof summarize>>;
      expect(summary.version).toMatch(/^4\./);
      expect(summary.written.rows).toBe(7);
      expect(summary.stages.failed).toBe(0);
      expect(summary.stages.succeeded).toBeGreaterThan(0);
      expect(summary.shuffle.writtenBytes).toBeGreaterThan(0);
      expect(messages(running).at(-1)).toMatch(/^Spark: \d+ stages and \d+ tasks in /);
    },
    180_000,
  );
});
