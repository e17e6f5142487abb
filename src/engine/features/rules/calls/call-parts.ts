/**
 * What the calls about EventBridge's resources are made with, and how they find what a caller names.
 * @module
 */
import { EngineError } from '../../../kernel/errors.js';
import { busNameOf, ownResource } from '../../../kernel/event-arns.js';
import type { Kernel } from '../../../kernel/kernel.js';
import type { Turn } from '../../../kernel/turn.js';
import type { EventRules } from '../event-rules.js';
import { type RuleRecord, ruleKey } from '../records.js';
import type { DeclaredResources } from '../resources.js';

export interface CallParts {
  readonly kernel: Kernel;
  readonly rules: EventRules;
  readonly resources: DeclaredResources;
  /**
   * Changes what clients have declared, as one input of the turn loop; answered when it is durable.
   * @param act checks, then changes; what it throws refuses the change
   */
  change<Value>(act: (turn: Turn) => Value): Promise<Value>;
  /** Number of the last event that came. */
  lastEventNumber(): number;
}

/**
 * The name of a bus that a team may use.
 * @param nameOrArn without: the default one
 * @throws EngineError EventBusNotFound, also for the ARN of another account or region
 */
export function knownBus(
  { kernel, resources }: CallParts,
  team: string,
  nameOrArn: string | null | undefined,
): string {
  const bus = busNameOf(nameOrArn);
  const isForeign =
    nameOrArn?.startsWith('arn:') === true &&
    ownResource(kernel.arns.identity, nameOrArn, 'event-bus') !== bus;
  if (isForeign || !resources.hasBus(team, bus)) throw new EngineError('EventBusNotFound', { bus });
  return bus;
}

/** A rule of a team. Throws EventRuleNotFound. */
export function knownRule(
  { resources }: CallParts,
  team: string,
  bus: string,
  rule: string,
): RuleRecord {
  const record = resources.rules.get(team, ruleKey(bus, rule));
  if (record === undefined) throw new EngineError('EventRuleNotFound', { rule, bus });
  return record;
}

export function refused(parameter: string, problem: string): EngineError {
  return new EngineError('EventParameterRefused', { parameter, problem });
}
