/**
 * Rules: what an event must look like, or when there is one of the clock's own.
 * @module
 */
import {
  DEFAULT_BUS,
  type RuleRecord,
  type RuleState,
  ruleKey,
} from '../../../engine/features/rules/records.js';
import { parsePattern } from '../../../events/pattern/parse-pattern.js';
import { awsScheduleRefusal } from '../../../events/schedules/expression.js';
import type { Call } from '../call.js';
import { WireError } from '../wire-error.js';
import { invalid, knownBus, knownRule, present, tooMany } from './names.js';
import { pageOf } from './pages.js';
import { readTags } from './tags.js';

/** Rules of one bus. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_RULES = 300;

/** Makes a rule or takes the place of the one of that name, whose targets and tags stay. */
export async function putRule(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const { Name: name, EventPattern, ScheduleExpression, State, Description, RoleArn } = request;
  const { rules, arns } = engine.eventResources;
  if (!EventPattern && !ScheduleExpression) {
    throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (EventPattern) checkPattern(EventPattern);
  if (ScheduleExpression) checkSchedule(ScheduleExpression);
  const tags = readTags(request.Tags ?? []);
  const bus = await engine.changeEvents((turn) => {
    const known = knownBus(call, request.EventBusName);
    if (ScheduleExpression && known !== DEFAULT_BUS) {
      throw invalid('ScheduleExpression is supported only on the default event bus.');
    }
    const key = ruleKey(known, name);
    const before = rules.get(caller.team, key);
    const ofBus = rules.list(caller.team).filter(({ value }) => value.bus === known);
    if (!before && ofBus.length >= MAX_RULES) throw tooMany();
    const isSameClock =
      before?.scheduleExpression === ScheduleExpression && before?.state !== 'DISABLED';
    const now = engine.now();
    const state: RuleState = State ?? 'ENABLED';
    rules.put(turn, caller.team, key, {
      bus: known,
      name,
      state,
      ...(EventPattern ? { eventPattern: EventPattern } : {}),
      ...(Description ? { description: Description } : {}),
      ...(RoleArn ? { roleArn: RoleArn } : {}),
      tags: before ? before.tags : tags,
      targets: before?.targets ?? [],
      ...(ScheduleExpression
        ? {
            scheduleExpression: ScheduleExpression,
            scheduledFrom: (isSameClock && before?.scheduledFrom) || now,
            served: (isSameClock && before?.served) || now,
          }
        : {}),
    });
    return known;
  });
  return { RuleArn: arns.rule(bus, name) };
}

/** Throws InvalidEventPatternException. */
export function checkPattern(text: string): void {
  const parsed = parsePattern(text);
  if ('error' in parsed) throw new WireError(parsed.error.code, parsed.error.message);
}

function checkSchedule(expression: string): void {
  const refusal = awsScheduleRefusal(expression, 'events');
  if (refusal !== undefined) throw invalid(refusal);
}

export function describeRule(call: Call): object {
  const bus = knownBus(call, call.request.EventBusName);
  const rule = knownRule(call, bus, call.request.Name);
  return { ...shown(call, rule), CreatedBy: call.engine.arns.identity.accountId };
}

export function listRules(call: Call): object {
  const { engine, caller, request } = call;
  const bus = knownBus(call, request.EventBusName);
  const wanted = engine.eventResources.rules
    .list(caller.team)
    .map(({ value }) => value)
    .filter((rule) => rule.bus === bus && rule.name.startsWith(request.NamePrefix ?? ''));
  const { items, rest } = pageOf('rules', wanted, ({ name }) => name, request);
  return { Rules: items.map((rule) => shown(call, rule)), ...rest };
}

export const enableRule = (call: Call): Promise<object> => setState(call, 'ENABLED');
export const disableRule = (call: Call): Promise<object> => setState(call, 'DISABLED');

async function setState(call: Call, state: RuleState): Promise<object> {
  const { engine, caller, request } = call;
  await engine.changeEvents((turn) => {
    const bus = knownBus(call, request.EventBusName);
    const rule = knownRule(call, bus, request.Name);
    if (rule.state === state) return;
    const key = ruleKey(bus, request.Name);
    // Times that passed while it was disabled are over.
    const served = rule.scheduleExpression === undefined ? {} : { served: engine.now() };
    engine.eventResources.rules.put(turn, caller.team, key, { ...rule, state, ...served });
  });
  return {};
}

export async function deleteRule(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  await engine.changeEvents((turn) => {
    const bus = knownBus(call, request.EventBusName);
    const key = ruleKey(bus, request.Name);
    const rule = engine.eventResources.rules.get(caller.team, key);
    if (rule === undefined) return;
    if (rule.targets.length > 0) throw invalid("Rule can't be deleted since it has targets.");
    engine.eventResources.rules.put(turn, caller.team, key, undefined);
  });
  return {};
}

function shown({ engine }: Call, rule: RuleRecord): object {
  return {
    Name: rule.name,
    Arn: engine.eventResources.arns.rule(rule.bus, rule.name),
    ...present({
      EventPattern: rule.eventPattern,
      ScheduleExpression: rule.scheduleExpression,
      Description: rule.description,
      RoleArn: rule.roleArn,
    }),
    State: rule.state,
    EventBusName: rule.bus,
  };
}
