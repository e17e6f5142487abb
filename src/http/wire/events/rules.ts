/**
 * Rules: what an event must look like, or when there is one of the clock's own.
 * @module
 */

import type { RuleDetail, RuleRef } from '../../../engine/features/rules/calls/rule-calls.js';
import type { RuleState } from '../../../engine/features/rules/records.js';
import type { Call } from '../call.js';
import { named } from './buses.js';
import { present, readTags } from './names.js';
import { pageOf } from './pages.js';

export async function putRule({ engine, caller, request }: Call): Promise<object> {
  const { Name, EventPattern, ScheduleExpression, State, Description, RoleArn } = request;
  const rule = await engine.rules.put(caller.own, named(request.EventBusName), {
    name: Name,
    tags: readTags(request.Tags ?? []),
    ...(EventPattern ? { eventPattern: EventPattern } : {}),
    ...(ScheduleExpression ? { scheduleExpression: ScheduleExpression } : {}),
    ...(State ? { state: State } : {}),
    ...(Description ? { description: Description } : {}),
    ...(RoleArn ? { roleArn: RoleArn } : {}),
  });
  return { RuleArn: rule.arn };
}

/** The rule that a request names. */
export function ruleIn({ request }: Call, name: string): RuleRef {
  return { bus: named(request.EventBusName), name };
}

export function describeRule(call: Call): object {
  const { engine, caller, request } = call;
  const rule = engine.rules.describe(caller.own, ruleIn(call, request.Name));
  return { ...shown(rule), CreatedBy: engine.arns.identity.accountId };
}

export function listRules({ engine, caller, request }: Call): object {
  const wanted = engine.rules
    .list(caller.own, named(request.EventBusName))
    .filter(({ name }) => name.startsWith(request.NamePrefix ?? ''));
  const { items, rest } = pageOf('rules', wanted, ({ name }) => name, request);
  return { Rules: items.map(shown), ...rest };
}

export const enableRule = (call: Call): Promise<object> => setState(call, 'ENABLED');
export const disableRule = (call: Call): Promise<object> => setState(call, 'DISABLED');

async function setState(call: Call, state: RuleState): Promise<object> {
  const { engine, caller, request } = call;
  await engine.rules.setState(caller.own, ruleIn(call, request.Name), state);
  return {};
}

export async function deleteRule(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  await engine.rules.delete(caller.own, ruleIn(call, request.Name));
  return {};
}

function shown(rule: RuleDetail): object {
  return {
    Name: rule.name,
    Arn: rule.arn,
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
