/**
 * Whatever happens to events on their way (lost, doubled, shuffled, a day late) and whenever anybody looks, restarts or crashes in
 * between: what is told is exactly what happened, each run once.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import type { AwsObject } from '../../src/aws/aws.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { FakeAws } from '../support/fake-aws.js';
import { TimedEngine } from '../support/timed-engine.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const QUEUE = 'http://sqs/events';
const ACCOUNT = '111122223333';
const MACHINE = `arn:aws:states:eu-central-1:${ACCOUNT}:stateMachine:nightly`;

interface Happening {
  /** Minutes after the one before. */
  readonly after: number;
  /** Minutes that it lasts. */
  readonly lasts: number;
  readonly ends: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly isRedriven: boolean;
  /** Minutes by which its events are late: of the begin, the end; undefined: it is lost. */
  readonly late: readonly (readonly number[])[];
}

const happening: fc.Arbitrary<Happening> = fc.record({
  after: fc.integer({ min: 0, max: 90 }),
  lasts: fc.integer({ min: 0, max: 40 }),
  ends: fc.constantFrom('SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'),
  isRedriven: fc.boolean(),
  late: fc.array(
    fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(DAY / MINUTE)), {
      maxLength: 2,
    }),
    { minLength: 4, maxLength: 4 },
  ),
});

interface Execution {
  readonly arn: string;
  readonly start: number;
  stop: number | undefined;
  status: string;
  redrives: number;
  redrivenAt: number | undefined;
}

const iso = (at: number): string => new Date(at).toISOString();

function listed({ arn, start, stop, status, redrives, redrivenAt }: Execution): AwsObject {
  return {
    ...{ ExecutionArn: arn, Status: status, StartDate: iso(start), RedriveCount: redrives },
    ...(stop === undefined ? {} : { StopDate: iso(stop) }),
    ...(redrivenAt === undefined ? {} : { RedriveDate: iso(redrivenAt) }),
  };
}

function event(one: Execution, at: number): JsonObject {
  const { arn, start, stop, status, redrives, redrivenAt } = one;
  return {
    ...{ version: '0', id: `${arn}-${status}-${redrives}`, source: 'aws.states' },
    'detail-type': 'Step Functions Execution Status Change',
    ...{ account: ACCOUNT, region: 'eu-central-1', time: iso(at), resources: [arn] },
    detail: {
      ...{ executionArn: arn, stateMachineArn: MACHINE, status, startDate: start },
      ...{ stopDate: stop ?? null, redriveCount: redrives },
      ...(redrivenAt === undefined ? {} : { redriveDate: redrivenAt }),
    },
  };
}

/** What is to happen, in the order of time. */
interface Moment {
  readonly at: number;
  act(): void | Promise<void>;
}

describe('runs of a state machine', () => {
  it('are told exactly as they happened, each once, with or without events', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 240 }),
        async (happenings, canLook, crashAfter, blindFor) => {
          const aws = new FakeAws([
            {
              ...{ name: 'lake', account: ACCOUNT, regions: ['eu-central-1'], teams: '*' },
              events: { queue: QUEUE },
            },
          ]);
          const executions: Execution[] = [];
          const test = new TimedEngine({ aws, start: '2026-11-20T00:00:00Z' });
          test.clock.awaits(aws);
          let blindUntil = 0;
          const seen = (answer: () => AwsObject) => (): AwsObject =>
            test.clock.now() < blindUntil
              ? { type: 'refused', name: 'ServiceUnavailable', message: 'x', kind: 'server' }
              : answer();
          aws.on(
            'sfn.listStateMachines',
            seen(() => ({
              StateMachines: [{ Name: 'nightly', StateMachineArn: MACHINE, Type: 'STANDARD' }],
            })),
          );
          aws.on('sfn.listExecutions', (input) => {
            const all = executions
              .filter(({ redrives }) => input.RedriveFilter !== 'REDRIVEN' || redrives > 0)
              .sort((a, b) => b.start - a.start);
            return seen(() => ({ Executions: all.map(listed) }))();
          });
          aws.on('sfn.describeExecution', ({ ExecutionArn }) => {
            const one = executions.find(({ arn }) => arn === ExecutionArn);
            return { ...(one && listed(one)), Error: 'E', Cause: 'because' };
          });
          await test.open();
          await test.engine.observers.declare(
            [
              {
                ...{ team: 'parcels', file: 'team.yaml' },
                sections: { watch: [{ account: 'lake', stateMachines: ['night*'] }] },
              },
            ],
            [],
          );
          await test.settled();

          const begin = test.clock.now() + 10 * MINUTE;
          const moments: Moment[] = [];
          const expected: string[] = [];
          let start = begin;
          for (const [index, { after, lasts, ends, isRedriven, late }] of happenings.entries()) {
            start += after * MINUTE;
            const arn = MACHINE.replace('stateMachine', 'execution').concat(`:e${index}`);
            const one: Execution = {
              ...{ arn, start, stop: undefined, status: 'RUNNING', redrives: 0 },
              redrivenAt: undefined,
            };
            const tell = (nth: number, at: number): void => {
              const body = JSON.stringify(event(one, at));
              // Without looks an end must be told by an event at least.
              const delays = late[nth] ?? [];
              const told = !canLook && delays.length === 0 ? [3] : delays;
              for (const delay of told) {
                moments.push({ at: at + delay * MINUTE, act: () => aws.send(QUEUE, body) });
              }
            };
            const end = start + lasts * MINUTE;
            moments.push({
              at: start,
              act() {
                executions.push(one);
                tell(0, start);
              },
            });
            moments.push({
              at: end,
              act() {
                Object.assign(one, { status: ends, stop: end });
                tell(1, end);
              },
            });
            expected.push(`e${index} ${ends} ${end}`);
            if (!isRedriven || ends === 'SUCCEEDED') continue;
            // Long enough after that a look has seen how it had ended.
            const again = end + 45 * MINUTE;
            const over = again + 20 * MINUTE;
            moments.push({
              at: again,
              act() {
                Object.assign(one, { status: 'RUNNING', stop: undefined, redrives: 1 });
                one.redrivenAt = again;
                tell(2, again);
              },
            });
            moments.push({
              at: over,
              act() {
                Object.assign(one, { status: 'SUCCEEDED', stop: over });
                tell(3, over);
              },
            });
            expected.push(`e${index} SUCCEEDED ${over}`);
          }
          if (canLook) {
            const at = begin + crashAfter * MINUTE;
            moments.push({
              at,
              act() {
                blindUntil = at + Math.min(blindFor, 30) * MINUTE;
              },
            });
          } else blindUntil = Number.POSITIVE_INFINITY;
          moments.push({ at: begin + crashAfter * MINUTE, act: () => test.crash() });
          for (;;) {
            moments.sort((a, b) => a.at - b.at);
            const next = moments.shift();
            if (next === undefined) break;
            await test.pass(Math.max(0, next.at - test.clock.now()));
            await next.act();
            await test.settled();
          }
          await test.pass(60 * MINUTE);

          const { items } = await test.engine.checks.list(EVERYTHING, { limit: 1000 });
          const told = items.map(({ link = '', status, cause, at }) => {
            const how =
              status === 'OK' ? 'SUCCEEDED' : WORDS.find(([word]) => cause.startsWith(word))?.[1];
            return `${decodeURIComponent(link).split(':').at(-1)} ${how} ${at}`;
          });
          await test.close();
          expect(told.sort()).toEqual(expected.sort());
          expect(aws.waiting(QUEUE)).toBe(0);
        },
      ),
      { numRuns: Number(process.env.MILLRACE_RUNS ?? 12) },
    );
  }, 120_000);
});

const WORDS = [
  ['failed', 'FAILED'],
  ['timed out', 'TIMED_OUT'],
  ['aborted', 'ABORTED'],
] as const;
