/**
 * Targets of rules.
 * @module
 */
import type { Call } from '../call.js';
import { named } from './buses.js';
import { withoutNulls } from './names.js';
import { pageOf } from './pages.js';
import { ruleIn } from './rules.js';

interface FailedEntry {
  TargetId: string;
  ErrorCode: string;
  ErrorMessage: string;
}

export async function putTargets(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const rule = ruleIn(call, request.Rule);
  await engine.rules.putTargets(caller.own, rule, withoutNulls(request.Targets));
  return answer([]);
}

export async function removeTargets(call: Call): Promise<object> {
  const { engine, caller, request } = call;
  const rule = ruleIn(call, request.Rule);
  const unknown = await engine.rules.removeTargets(caller.own, rule, request.Ids);
  return answer(
    unknown.map((id) => ({
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
  const { engine, caller, request } = call;
  const { targets } = engine.rules.describe(caller.own, ruleIn(call, request.Rule));
  const sorted = targets.toSorted((one, other) => (one.Id < other.Id ? -1 : 1));
  const { items, rest } = pageOf('targets', sorted, ({ Id }) => Id, request);
  return { Targets: items, ...rest };
}

export function listRuleNamesByTarget({ engine, caller, request }: Call): object {
  const names = engine.rules
    .list(caller.own, named(request.EventBusName))
    .filter(({ targets }) => targets.some(({ Arn }) => Arn === request.TargetArn))
    .map(({ name }) => name);
  const { items, rest } = pageOf('rule names', names, (name) => name, request);
  return { RuleNames: items, ...rest };
}
