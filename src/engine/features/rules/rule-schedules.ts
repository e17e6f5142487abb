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
import { derivedId } from '../../kernel/derived-id.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { type RuleRecord, ruleKey } from './records.js';
import type { DeclaredResources, ReadyRule } from './resources.js';
import type { Arrival } from './targets.js';

/** Where all schedules are kept. */
export interface ScheduleBook {
  /** Keeps an entry, or looks again when it is due. Without an entry it is forgotten. */
  changed(
    key: string,
    entry: { next(): number | undefined; serve(turn: Turn): void } | undefined,
  ): void;
}

interface Peers {
  readonly schedules: ScheduleBook;
  /** A rule by its place, whether it matches or not. */
  ready(team: string, key: string): ReadyRule | undefined;
  deliver(turn: Turn, rule: ReadyRule, arrival: Arrival): void;
}

export class RuleSchedules {
  readonly #kernel: Kernel;
  readonly #resources: DeclaredResources;
  readonly #peers: Peers;

  constructor(kernel: Kernel, resources: DeclaredResources, peers: Peers) {
    this.#kernel = kernel;
    this.#resources = resources;
    this.#peers = peers;
  }

  ruleChanged(team: string, key: string, record: RuleRecord | undefined): void {
    const id = `rule ${JSON.stringify([team, key])}`;
    const schedule = record?.state === 'DISABLED' ? undefined : scheduleOf(record);
    if (record === undefined || schedule === undefined) {
      this.#peers.schedules.changed(id, undefined);
      return;
    }
    this.#peers.schedules.changed(id, {
      next: () => nextTime(schedule, record.served ?? 0),
      serve: (turn) => this.#serve(turn, team, record, schedule),
    });
  }

  #serve(turn: Turn, team: string, record: RuleRecord, schedule: Schedule): void {
    const key = ruleKey(record.bus, record.name);
    const rule = this.#peers.ready(team, key);
    if (rule === undefined) return;
    const now = this.#kernel.time.now();
    const { fire } = dueTimes(schedule, record.served ?? now, now, { policy: 'latest' });
    for (const at of fire) this.#fire(turn, rule, at);
    // The record that is written makes an entry anew.
    this.#resources.rules.put(turn, team, key, { ...record, served: now });
  }

  #fire(turn: Turn, rule: ReadyRule, at: number): void {
    const { accountId, region } = this.#kernel.arns.identity;
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
    this.#peers.deliver(turn, rule, { id, envelope, depth: 0 });
  }
}

function scheduleOf(record: RuleRecord | undefined): Schedule | undefined {
  if (record?.scheduleExpression === undefined) return undefined;
  const parsed = parseSchedule(record.scheduleExpression, 'events');
  if ('problems' in parsed) return undefined;
  const { scheduledFrom } = record;
  return parsed.schedule.timing.type === 'rate' && scheduledFrom !== undefined
    ? { ...parsed.schedule, start: scheduledFrom }
    : parsed.schedule;
}
