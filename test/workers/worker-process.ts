/**
 * Workers in tests: real ones as processes of their own, and one that says whatever a test wants.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PREFIX } from '../../src/api/paths.js';
import {
  type ClaimedAttempt,
  type SpeakingWorker,
  type TakenOutcomes,
  WORKER_PROTOCOL,
} from '../../src/api/workers.js';
import type { JsonObject } from '../../src/asl/json.js';
import { type Running, startMillrace } from '../cli/millrace.js';
import type { Answer, TestServer } from '../http/test-server.js';

/** Starts `millrace worker`. @param url where it finds the server */
export function startWorker(
  token: string,
  url: string,
  args: readonly string[] = [],
  data: string = mkdtempSync(join(tmpdir(), 'millrace-worker-')),
): Running {
  return startMillrace(['worker', '--server', url, '--data', data, ...args], {
    cwd: tmpdir(),
    env: { MILLRACE_TOKEN: token },
  });
}

export function workerToken(it: TestServer, teams: string[] = ['default']): Promise<string> {
  return it.server.authenticator.issue('api', { label: 'worker', role: 'worker', teams });
}

/** A worker that is no process: it says what a test wants. */
export interface Speaker {
  readonly session: string;
  say(method: string, path: string, body?: unknown): Promise<Answer>;
  claim(wait?: number): Promise<ClaimedAttempt[]>;
  beat(attempts: readonly string[]): Promise<string[]>;
  settle(attempt: string, output?: unknown): Promise<Answer>;
  /** Outcomes in one request, whatever they are. */
  settleAll(outcomes: readonly unknown[]): Promise<TakenOutcomes['results']>;
}

export function openSpeaker(
  it: TestServer,
  token: string,
  more: Partial<SpeakingWorker> = {},
  session: string = randomBytes(32).toString('base64url'),
): Speaker {
  const worker: SpeakingWorker = {
    ...{ protocol: WORKER_PROTOCOL, name: 'speaker', version: '0', kinds: { shell: 8, echo: 8 } },
    ...{ tags: [], slots: 8 },
    ...more,
  };
  const say: Speaker['say'] = (method, path, body) =>
    it.request(method, `${PREFIX}${path}`, {
      token,
      headers: { 'millrace-worker': session },
      ...(body === undefined ? {} : { body }),
    });
  return {
    session,
    say,
    async claim(wait = 20) {
      const answer = await say('POST', `/workers/claim?wait=${wait}`, { worker });
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json<{ attempts: ClaimedAttempt[] }>().attempts;
    },
    async beat(attempts) {
      const answer = await say('POST', '/workers/heartbeat', { worker, attempts });
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json<{ stop: string[] }>().stop;
    },
    settle: (attempt, output = { by: 'speaker' }) =>
      say('POST', `/workers/attempts/${attempt}/outcome`, {
        outcome: { type: 'succeeded', output },
      }),
    async settleAll(outcomes) {
      const answer = await say('POST', '/workers/outcomes', { outcomes });
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json<TakenOutcomes>().results;
    },
  };
}

/** A machine of one task for workers. */
export function oneTask(resource: string, parameters: JsonObject, more: JsonObject = {}): object {
  return {
    StartAt: 'Work',
    States: {
      Work: { Type: 'Task', Resource: resource, Parameters: parameters, End: true, ...more },
    },
  };
}
