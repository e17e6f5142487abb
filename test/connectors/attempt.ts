/**
 * One attempt of a task for the connectors' tests: real folders, and everything that the connector reported.
 * @module
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type {
  Connector,
  Json,
  LogRecord,
  TaskOutcome,
  TaskRequest,
} from '../../src/connectors/connector.js';

/** A pipeline folder and a work folder of their own, removed after the test. */
export interface Folders {
  root: string;
  folder: string;
  workFolder: string;
}

export function temporaryFolders(files: { [name: string]: string } = {}): Folders {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folders = { root, folder: join(root, 'pipeline'), workFolder: join(root, 'work') };
  mkdirSync(folders.folder);
  mkdirSync(folders.workFolder);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folders.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folders;
}

export interface Attempt {
  outcome: Promise<TaskOutcome>;
  records: LogRecord[];
  abort(): void;
  /** Resolves with the first record for which `test` holds, past or future. */
  logged(test: (record: LogRecord) => boolean): Promise<LogRecord>;
  /** Resolves when the process was reported. */
  process: Promise<{ pid: number; startTime: string }>;
  heartbeats(): number;
}

let attempts = 0;

/** Starts one attempt. */
export function attempt(
  connector: Connector,
  folders: Folders,
  args: Json,
  more: Partial<TaskRequest> = {},
): Attempt {
  const controller = new AbortController();
  const records: LogRecord[] = [];
  const waiting: { test: (record: LogRecord) => boolean; found: (record: LogRecord) => void }[] =
    [];
  let heartbeats = 0;
  let started: (pid: { pid: number; startTime: string }) => void = () => undefined;
  const process = new Promise<{ pid: number; startTime: string }>((resolve) => {
    started = resolve;
  });
  attempts += 1;
  const task: TaskRequest = {
    attemptId: `attempt-${globalThis.process.pid}-${attempts}`,
    taskToken: 'token',
    execution: { id: 'execution-1', name: 'first', pipeline: 'example', number: 1 },
    state: 'Step',
    attempt: 0,
    arguments: args,
    folder: folders.folder,
    workFolder: folders.workFolder,
    tags: {},
    ...more,
  };
  const outcome = connector.run(task, {
    signal: controller.signal,
    log: (record) => {
      records.push(record);
      for (const one of waiting) if (one.test(record)) one.found(record);
    },
    heartbeat: () => {
      heartbeats += 1;
    },
    started,
  });
  return {
    outcome,
    records,
    process,
    abort: () => controller.abort(),
    heartbeats: () => heartbeats,
    logged: (test) => {
      const past = records.find(test);
      if (past) return Promise.resolve(past);
      return new Promise((found) => waiting.push({ test, found }));
    },
  };
}

/** The outcome's output. Fails the test with the cause when the attempt failed. */
export async function outputOf(running: Attempt): Promise<Json> {
  const outcome = await running.outcome;
  if (outcome.type === 'failed') throw new Error(`${outcome.error}: ${outcome.cause}`);
  return outcome.output;
}

/** The outcome's error and cause. Fails the test when the attempt succeeded. */
export async function failureOf(running: Attempt): Promise<{ error: string; cause: string }> {
  const outcome = await running.outcome;
  if (outcome.type === 'succeeded') throw new Error('The attempt succeeded.');
  return { error: outcome.error, cause: outcome.cause };
}

export function messages(running: Attempt): string[] {
  return running.records.map((record) => record.message);
}
