/**
 * Targets of rules. Any service may be named, as with AWS; what becomes of events for those that are not here is told by
 * the dead letters.
 * @module
 */
import { ruleKey, type TargetRecord } from '../../../engine/features/rules/records.js';
import { type InputSettings, parseTargetInput } from '../../../events/input/target-input.js';
import type { Call } from '../call.js';
import { WireError } from '../wire-error.js';
import { checkArn, invalidParameter, knownBus, knownRule, tooMany, withoutNulls } from './names.js';
import { pageOf } from './pages.js';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_TARGETS = 5;
/** What a target of a service cannot do without. A role is not asked for: nothing here depends on one. */
const NEEDS_PARAMETER: { readonly [service: string]: keyof TargetRecord } = {
  ecs: 'EcsParameters',
  batch: 'BatchParameters',
};

interface FailedEntry {
  TargetId: string;
  ErrorCode: string;
  ErrorMessage: string;
}

/** Adds targets, or takes the place of those that have the same id. */
export async function putTargets(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const targets: TargetRecord[] = withoutNulls(request.Targets);
  for (const target of targets) checkTarget(target);
  await engine.changeEvents((turn) => {
    const bus = knownBus(call, request.EventBusName);
    const rule = knownRule(call, bus, request.Rule);
    const after = new Map(rule.targets.map((target) => [target.Id, target]));
    for (const target of targets) after.set(target.Id, target);
    if (after.size > MAX_TARGETS) throw tooMany();
    const key = ruleKey(bus, request.Rule);
    engine.eventResources.rules.put(turn, caller.team, key, {
      ...rule,
      targets: [...after.values()],
    });
  });
  return answer([]);
}

function checkTarget(target: TargetRecord): void {
  checkArn(target.Arn);
  const service = target.Arn.split(':')[2] ?? '';
  const needed = Object.hasOwn(NEEDS_PARAMETER, service) ? NEEDS_PARAMETER[service] : undefined;
  if (needed !== undefined && target[needed] === undefined) {
    throw invalidParameter(String(needed), `${needed} must be specified for target: ${target.Id}.`);
  }
  const { Arn: queue } = (target.DeadLetterConfig ?? {}) as { Arn?: string };
  if (queue !== undefined && !/^arn:[a-z0-9-]+:sqs:[a-z0-9-]+:\d{12}:[^:]+$/.test(queue)) {
    throw invalidParameter(
      'DeadLetterConfig',
      'Dead-letter queue must be the ARN of an SQS queue.',
    );
  }
  const parsed = parseTargetInput(target.Id, target as InputSettings);
  if ('error' in parsed) throw new WireError(parsed.error.code, parsed.error.message);
}

export async function removeTargets(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const gone = new Set<string>(request.Ids);
  const failed = await engine.changeEvents((turn) => {
    const bus = knownBus(call, request.EventBusName);
    const rule = knownRule(call, bus, request.Rule);
    const known = new Set(rule.targets.map(({ Id }) => Id));
    const targets = rule.targets.filter(({ Id }) => !gone.has(Id));
    if (targets.length < rule.targets.length) {
      const key = ruleKey(bus, request.Rule);
      engine.eventResources.rules.put(turn, caller.team, key, { ...rule, targets });
    }
    return [...gone].filter((id) => !known.has(id));
  });
  return answer(
    failed.map((id) => ({
      TargetId: id,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${request.Rule} does not have a target ${id}.`,
    })),
  );
}

function answer(failed: FailedEntry[]): object {
  return { FailedEntryCount: failed.length, FailedEntries: failed };
}

export function listTargetsByRule(call: Call): object {
  const bus = knownBus(call, call.request.EventBusName);
  const { targets } = knownRule(call, bus, call.request.Rule);
  const sorted = targets.toSorted((one, other) => (one.Id < other.Id ? -1 : 1));
  const { items, rest } = pageOf('targets', sorted, ({ Id }) => Id, call.request);
  return { Targets: items, ...rest };
}

export function listRuleNamesByTarget(call: Call): object {
  const { engine, caller, request } = call;
  const bus = knownBus(call, request.EventBusName);
  const names = engine.eventResources.rules
    .list(caller.team)
    .map(({ value }) => value)
    .filter((rule) => rule.bus === bus)
    .filter(({ targets }) => targets.some(({ Arn }) => Arn === request.TargetArn))
    .map(({ name }) => name);
  const { items, rest } = pageOf('rule names', names, (name) => name, request);
  return { RuleNames: items, ...rest };
}
