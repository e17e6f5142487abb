/**
 * Rules with a ScheduleExpression: an event of the clock for each fire time, to the targets of the rule.
 *
 * Up to when a rule was served is in its record, written in the commit that starts what it starts: so a fire time is
 * served once, whatever happens in between. Of times that passed while the server was away, the last one fires.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 * @module
 */
import { dueTimes } from '../../../events/schedules/due-times.js';
import { nextTime, parseSchedule, type Schedule } from '../../../events/schedules/schedule.js';
import { Alarm } from '../../kernel/alarm.js';
import type { Machinery } from '../../kernel/machinery.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { derivedId } from '../bus/event-id.js';
import type { EventRules, ReadyRule } from './event-rules.js';
import { type RuleRecord, ruleKey } from './records.js';
import { deliverToTargets } from './targets.js';

interface Scheduled {
  schedule: Schedule;
  /** The next fire time; undefined: never again. */
  next: number | undefined;
}

export class RuleSchedules {
  readonly #parts: Machinery;
  readonly #rules: EventRules;
  /** Rules with a schedule, by team and key. */
  readonly #all: Map<string, { team: string; record: RuleRecord; scheduled: Scheduled }> =
    new Map();
  readonly #serving: Set<string> = new Set();
  readonly #alarm: Alarm;
  #isOpen = false;

  constructor(parts: Machinery, rules: EventRules) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts, () => this.#wake());
    this.#rules = rules;
  }

  open(): void {
    this.#isOpen = true;
    this.#watch();
  }

  close(): void {
    this.#isOpen = false;
    this.#alarm.set(undefined);
  }

  ruleChanged(team: string, key: string, record: RuleRecord | undefined): void {
    const id = JSON.stringify([team, key]);
    const scheduled = record?.state === 'DISABLED' ? undefined : scheduleOf(record);
    if (record && scheduled) this.#all.set(id, { team, record, scheduled });
    else if (!this.#all.delete(id)) return;
    this.#watch();
  }

  #watch(): void {
    if (!this.#isOpen) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (const [id, { scheduled }] of this.#all) {
      if (!this.#serving.has(id)) soonest = Math.min(soonest, scheduled.next ?? soonest);
    }
    this.#alarm.set(soonest === Number.POSITIVE_INFINITY ? undefined : soonest);
  }

  #wake(): void {
    if (!this.#isOpen) return;
    const now = this.#parts.time.now();
    for (const [id, { team, record, scheduled }] of this.#all) {
      if (scheduled.next === undefined || scheduled.next > now || this.#serving.has(id)) continue;
      this.#serving.add(id);
      this.#parts.loop.add(this.#serveInput(id, team, ruleKey(record.bus, record.name)));
    }
    this.#watch();
  }

  #serveInput(id: string, team: string, key: string): Input {
    return {
      perform: (turn) => {
        turn.afterCommit(() => {
          this.#serving.delete(id);
          this.#watch();
        });
        const known = this.#all.get(id);
        const rule = this.#rules.ready(team, key);
        if (known === undefined || rule === undefined) return 'done';
        const now = this.#parts.time.now();
        const { record, scheduled } = known;
        const { fire } = dueTimes(scheduled.schedule, record.served ?? now, now, {
          policy: 'latest',
        });
        for (const at of fire) this.#fire(turn, rule, at);
        this.#rules.rules.put(turn, team, key, { ...record, served: now });
        return 'done';
      },
    };
  }

  #fire(turn: Turn, rule: ReadyRule, at: number): void {
    const { accountId, region } = this.#parts.arns.identity;
    const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
    const id = derivedId(`${rule.team} ${rule.arn} ${time}`);
    const envelope = {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: accountId,
      time,
      region,
      resources: [rule.arn],
      detail: {},
    };
    deliverToTargets(this.#parts, turn, rule, { id, envelope, depth: 0 });
  }
}

function scheduleOf(record: RuleRecord | undefined): Scheduled | undefined {
  if (record?.scheduleExpression === undefined) return undefined;
  const parsed = parseSchedule(record.scheduleExpression, 'events');
  if ('problems' in parsed) return undefined;
  const { scheduledFrom, served = 0 } = record;
  const schedule =
    parsed.schedule.timing.type === 'rate' && scheduledFrom !== undefined
      ? { ...parsed.schedule, start: scheduledFrom }
      : parsed.schedule;
  return { schedule, next: nextTime(schedule, served) };
}
