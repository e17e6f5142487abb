/**
 * How much is worked on at a time. What comes on top is refused at once, before anything is read or looked up, so that a
 * flood costs little and everybody else still gets an answer.
 *
 *     request ─▶ closing? 503 ─▶ room? ─no─▶ 429, Retry-After
 *                                 └─yes─▶ token, body ─▶ counted until the answer is out, or whoever asked has gone
 *
 * Requests that wait for something to happen hold no work up and are counted by themselves. Health and logins have no limit
 * here: they cost nothing, and are what is asked when all else is full.
 * @module
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { EngineError } from '../engine/kernel/errors.js';
import { HttpError } from './errors.js';

/** Requests that are worked on at a time: the engine takes hundreds in one commit. */
const MOST_WORKING = 500;
/** Requests that wait at a time: for the end of an execution, for a task of an activity. */
const MOST_WAITING = 1_000;
/** Milliseconds that answers on their way have at the end. */
const FINISH_MS = 1_000;

/** Addresses that are always answered. */
const HEALTH = '/api/v1/health';
const LOGIN = '/login';
const WAITING_OPERATION = /\.(GetActivityTask|StartSyncExecution)$/;

export interface LoadLimit {
  /** From now on everything but health is refused with 503. */
  refuse(): void;
  /** Calls back when that begins, until the answer is called: whoever waits for something answers what there is. */
  onRefusing(callback: () => void): () => void;
  /** The engine has closed: what has not come by now does not come. Resolves when all is answered, or after a second. */
  finish(): Promise<void>;
  /** The answer, or the refusal of a server that has finished without one. */
  unlessFinished<Answer>(answer: Promise<Answer>): Promise<Answer>;
}

/** Seconds after which a request that a server which is being drained has refused may come again: it stops and is started again. */
const AFTER_DRAIN = '10';

/** Seconds after which a refused request may come again. */
export function retryAfter({ code }: { code: string }): string {
  // Failed logins, wrong signatures, live connections: counted by the minute.
  if (code === new EngineError('Draining').code) return AFTER_DRAIN;
  return code === new HttpError('TooManyRequests').code ? '60' : '1';
}

/** Counts the requests of a server. To be called before hooks are added that do work. */
export function limitLoad(app: FastifyInstance): LoadLimit {
  // Sets of callbacks and no AbortSignals: those that live long keep what was once combined with them.
  const refusing = { isOn: false, callbacks: new Set<() => void>() };
  const finished = { isOn: false, callbacks: new Set<() => void>() };
  const counts = { working: 0, waiting: 0 };
  let drained: (() => void) | undefined;

  /** @throws HttpError Overloaded */
  function expectRoom(request: FastifyRequest): 'working' | 'waiting' | undefined {
    const path = pathOf(request);
    if (path === HEALTH || path === LOGIN) return undefined;
    const kind = waits(request, path) ? 'waiting' : 'working';
    const most = kind === 'waiting' ? MOST_WAITING : MOST_WORKING;
    if (counts[kind] >= most) throw new HttpError('Overloaded');
    return kind;
  }

  app.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request);
    if (refusing.isOn && path !== HEALTH) {
      reply.header('connection', 'close');
      throw new EngineError('ShuttingDown');
    }
    expectRoom(request);
  });
  // Only now it is work: who sends a body slowly, or has no right to ask, takes nobody's place.
  app.addHook('preHandler', async (request, reply) => {
    const kind = expectRoom(request);
    if (kind === undefined) return;
    counts[kind] += 1;
    // When the answer is out, or whoever asked has gone.
    reply.raw.once('close', () => {
      counts[kind] -= 1;
      if (counts.working + counts.waiting === 0) drained?.();
    });
  });

  return {
    refuse: () => turnOn(refusing),
    onRefusing: (callback) => listen(refusing, callback),
    async finish() {
      turnOn(finished);
      if (counts.working + counts.waiting === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, FINISH_MS);
        drained = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    unlessFinished(answer) {
      return new Promise((resolve, reject) => {
        const forget = listen(finished, () => reject(new EngineError('ShuttingDown')));
        answer.then(resolve, reject).finally(forget);
      });
    },
  };
}

interface Switch {
  isOn: boolean;
  callbacks: Set<() => void>;
}

function turnOn(state: Switch): void {
  state.isOn = true;
  for (const callback of [...state.callbacks]) callback();
}

function listen(state: Switch, callback: () => void): () => void {
  if (state.isOn) callback();
  else state.callbacks.add(callback);
  return () => {
    state.callbacks.delete(callback);
  };
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

function waits({ url, method, headers }: FastifyRequest, path: string): boolean {
  if (path === '/api/v1/events' && method === 'GET') return true;
  if (/[?&]wait=/.test(url)) return true;
  const target = headers['x-amz-target'];
  return path === '/' && typeof target === 'string' && WAITING_OPERATION.test(target);
}
