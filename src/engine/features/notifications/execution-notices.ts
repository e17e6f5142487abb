/**
 * `notifications` of pipeline files: tells of executions and their states to whom a pipeline names.
 *
 * Nothing is remembered: what is told follows from the fact and the pipeline alone, and each message's key from the execution and the event.
 * @module
 */
import type { HistoryEvent } from '../../../asl/transition.js';
import { CHANNELS } from '../../../channels/channels.js';
import type { Message } from '../../../channels/message.js';
import { judgeEnding } from '../../../monitoring/check-result.js';
import {
  NOTIFICATION_RULES,
  type NotificationRule,
} from '../../../pipelines/sections/notifications-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { OUTBOX_NAME } from '../../../pipelines/team-file/channels-section.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { type Fact, wasSkipped } from '../../kernel/facts.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import type { Notice } from './notice.js';
import type { TeamChannels } from './team-channels.js';

/** States are told of among the first so many events of an execution: a loop fills nobody's channel. */
const MOST_EVENTS = 500;

interface Parts {
  readonly channels: TeamChannels;
  notify(turn: Turn, notice: Notice): void;
  url(): string | undefined;
}

type Told = Pick<Message, 'kind' | 'level' | 'title' | 'text' | 'at'> & { readonly key: string };

export class ExecutionNotices {
  readonly #kernel: Kernel;
  readonly #parts: Parts;

  constructor(kernel: Kernel, parts: Parts) {
    this.#kernel = kernel;
    this.#parts = parts;
  }

  deployed({ key, deployment }: LoadedMachine): void {
    const rules = sectionOf(NOTIFICATION_RULES, deployment) ?? [];
    const isFollowed = rules.some(({ type }) => type === 'FULL_EXECUTION' || type === 'STEP');
    if (isFollowed) this.#kernel.hooks.follow(key);
    else this.#kernel.hooks.unfollow(key);
  }

  withdrawn(key: string): void {
    this.#kernel.hooks.unfollow(key);
  }

  heard(turn: Turn, fact: Fact): void {
    if (!('execution' in fact) || fact.execution === undefined) return;
    const { execution: active } = fact;
    if (active.creation.mapRun !== undefined) return;
    const rules = sectionOf(NOTIFICATION_RULES, active.machine.deployment);
    if (rules === undefined) return;
    if (fact.type === 'ExecutionBegun') this.#begun(turn, active, rules, 'begins');
    if (fact.type === 'ExecutionRedriven') this.#begun(turn, active, rules, 'goes on');
    if (fact.type === 'ExecutionEnded' && !wasSkipped(active)) this.#ended(turn, active, rules);
    if (fact.type === 'HistoryGrew') this.#left(turn, active, rules, fact.events);
  }

  #begun(
    turn: Turn,
    active: ActiveExecution,
    rules: readonly NotificationRule[],
    what: 'begins' | 'goes on',
  ): void {
    const { creation, redriveCount } = active;
    const wanted = rules.filter(({ type }) => type === 'FULL_EXECUTION');
    this.#tell(turn, active, wanted, {
      ...{ key: `begun-${redriveCount}`, kind: 'execution', level: 'info' },
      title: `${creation.pipeline} ${what}`,
      text: what === 'begins' ? `Execution ${creation.name}` : `Redrive ${redriveCount}`,
      at: this.#kernel.time.now(),
    });
  }

  #ended(turn: Turn, active: ActiveExecution, rules: readonly NotificationRule[]): void {
    const { creation, redriveCount, state } = active;
    const { status, error, cause } = state.header;
    if (status === 'RUNNING') return;
    const failedAt = status === 'SUCCEEDED' ? undefined : state.threads[0]?.state;
    const wanted = rules.filter(({ type, steps }) => {
      if (type === 'FAILED') return status !== 'SUCCEEDED' || redriveCount > 0;
      if (type !== 'STEP') return true;
      return failedAt !== undefined && [steps ?? []].flat().includes(failedAt);
    });
    const { secrets, time } = this.#kernel;
    const ending = judgeEnding({
      status,
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause: secrets.text(cause, active.secrets) }),
    });
    const words = {
      SUCCEEDED: redriveCount > 0 ? 'succeeded after a redrive' : 'succeeded',
      FAILED: 'failed',
      TIMED_OUT: 'timed out',
      ABORTED: 'was stopped',
    } as const;
    const levels = {
      ...({ SUCCEEDED: 'good', FAILED: 'critical' } as const),
      ...({ TIMED_OUT: 'critical', ABORTED: 'warning' } as const),
    };
    this.#tell(
      turn,
      active,
      wanted,
      {
        ...{ key: `ended-${redriveCount}`, kind: 'execution', level: levels[status] },
        title: `${creation.pipeline} ${words[status]}`,
        text: status === 'SUCCEEDED' ? '' : ending.cause,
        at: active.stoppedAt ?? time.now(),
      },
      failedAt,
    );
  }

  /** States that it leaves; one that fails it is told of with its end. */
  #left(
    turn: Turn,
    active: ActiveExecution,
    rules: readonly NotificationRule[],
    events: readonly HistoryEvent[],
  ): void {
    for (const { id, type, details, at } of events) {
      if (id > MOST_EVENTS) return;
      const { name } = details;
      if (!type.endsWith('StateExited') || typeof name !== 'string') continue;
      const wanted = rules.filter(
        (rule) =>
          rule.type === 'FULL_EXECUTION' ||
          (rule.type === 'STEP' && [rule.steps ?? []].flat().includes(name)),
      );
      const { pipeline } = active.creation;
      const told = { key: `state-${id}`, kind: 'state', level: 'info', text: '', at } as const;
      this.#tell(turn, active, wanted, { ...told, title: `${pipeline}: ${name} is done` }, name);
    }
  }

  #tell(
    turn: Turn,
    active: ActiveExecution,
    rules: readonly NotificationRule[],
    { key, ...told }: Told,
    state?: string,
  ): void {
    if (rules.length === 0) return;
    const { team, pipeline, id, name, tags, startedAt } = active.creation;
    const { owner } = (active.machine.deployment.sections ?? {}) as { owner?: string };
    const url = this.#parts.url();
    const page = `${url}/e/${encodeURIComponent(id)}`;
    const message: Message = {
      ...told,
      ...{ key: `execution-${id}-${key}`, thread: `execution-${id}`, team, tags },
      facts: [
        { name: 'Pipeline', value: pipeline },
        { name: 'Execution', value: name },
        ...(state === undefined ? [] : [{ name: 'State', value: state }]),
        { name: 'Since', value: new Date(startedAt).toISOString() },
        ...(owner === undefined ? [] : [{ name: 'Owner', value: owner }]),
      ],
      links: url === undefined ? [] : [{ name: 'Execution', url: page }],
      actions: [],
    };
    const about = { team, message, pipeline, ...(owner === undefined ? {} : { owner }) };
    const sent = new Set<string>();
    for (const { targets } of rules) {
      for (const { channel, addresses } of targets) {
        for (const address of addresses) {
          const way = wayTo(this.#parts.channels, team, channel.toLowerCase(), address);
          const place = JSON.stringify([way.channels, way.address]);
          // Two rules may name one place: it is told once.
          if (sent.has(place)) continue;
          sent.add(place);
          this.#parts.notify(turn, { ...about, ...way });
        }
      }
    }
  }
}

/** How an address is reached: by the channel of that name, by one of the kind that reaches it, or not at all. */
function wayTo(
  all: TeamChannels,
  team: string,
  type: string,
  address: string,
): Pick<Notice, 'channels' | 'address' | 'words' | 'unreachable'> {
  const channels = all.of(team);
  if (channels.get(address)?.type === type) return { channels: [address] };
  const own = [...channels].filter(([, written]) => written.type === type);
  const [first] = own;
  if (first === undefined) {
    const words = `team ${team} has no channel of type ${type} for ${address}: kept here`;
    return { channels: [OUTBOX_NAME], words };
  }
  const reach = CHANNELS.get(type)?.addresses;
  const able = own.find(([, written]) => reach?.by === undefined || reach.by in written);
  if (reach === undefined || able === undefined || !reach.pattern.test(address)) {
    const names = own.map(([name]) => name).join(', ');
    const unreachable = `no channel of type ${type} reaches ${address}: name one of ${names}`;
    return { channels: [first[0]], unreachable };
  }
  return { channels: [able[0]], address };
}
