/**
 * `engine.rules`: what an event must look like, or when there is one of the clock's own, and what becomes of it.
 * @module
 */
import { parsePattern } from '../../../../events/pattern/parse-pattern.js';
import { awsScheduleRefusal } from '../../../../events/schedules/expression.js';
import { EngineError } from '../../../kernel/errors.js';
import { DEFAULT_BUS } from '../../../kernel/event-arns.js';
import { type OneTeam, teamOf } from '../../../kernel/scope.js';
import { type RuleRecord, type RuleState, ruleKey, type TargetRecord } from '../records.js';
import { type CallParts, knownBus, knownRule } from './call-parts.js';
import { checkTarget } from './check-target.js';
import { checkTagCount, expectRoom } from './quotas.js';

export type RuleDetail = RuleRecord & { arn: string };

/** What a rule is made of, or takes the place of one. */
export type NewRule = Pick<RuleRecord, 'name' | 'tags'> &
  Partial<
    Pick<RuleRecord, 'state' | 'eventPattern' | 'scheduleExpression' | 'description' | 'roleArn'>
  >;

/** A rule by its name, on a bus by its name or ARN; without: the default one. */
export interface RuleRef {
  bus: string | undefined;
  name: string;
}

/** All throw EventBusNotFound, and EventRuleNotFound where a rule is named. */
export interface RuleCalls {
  /**
   * Makes a rule or takes the place of the one of that name, whose targets and tags stay.
   * Throws EventRuleEmpty, EventPatternRefused, EventScheduleRefused, EventTagsRefused, EventRuleClockElsewhere,
   * EventQuotaReached.
   */
  put(scope: OneTeam, bus: string | undefined, rule: NewRule): Promise<RuleDetail>;
  describe(scope: OneTeam, rule: RuleRef): RuleDetail;
  /** Those of a bus, by name. */
  list(scope: OneTeam, bus: string | undefined): RuleDetail[];
  setState(scope: OneTeam, rule: RuleRef, state: RuleState): Promise<void>;
  /** One that is not there stays so. Throws EventRuleInUse. */
  delete(scope: OneTeam, rule: RuleRef): Promise<void>;
  /**
   * Adds targets, or takes the place of those that have the same id. Any service may be named, as with AWS; what becomes of
   * events for those that are not here is told by the dead letters.
   * Throws EventParameterRefused, EventTargetInputRefused, EventQuotaReached.
   */
  putTargets(scope: OneTeam, rule: RuleRef, targets: readonly TargetRecord[]): Promise<void>;
  /** Answers the ids that the rule had no target of. */
  removeTargets(scope: OneTeam, rule: RuleRef, ids: readonly string[]): Promise<string[]>;
}

export function ruleCalls(parts: CallParts): RuleCalls {
  const { kernel, resources } = parts;
  const { rules, arns } = resources;
  const now = (): number => kernel.time.now();
  const detailOf = (rule: RuleRecord): RuleDetail => {
    return { ...rule, arn: arns.rule(rule.bus, rule.name) };
  };
  const find = (scope: OneTeam, { bus, name }: RuleRef): RuleRecord =>
    knownRule(parts, teamOf(scope), knownBus(parts, teamOf(scope), bus), name);

  return {
    async put(scope, named, rule) {
      const team = teamOf(scope);
      const { name, eventPattern, scheduleExpression, tags, state = 'ENABLED', ...rest } = rule;
      if (!eventPattern && !scheduleExpression) throw new EngineError('EventRuleEmpty');
      if (eventPattern) checkPattern(eventPattern);
      if (scheduleExpression) checkSchedule(scheduleExpression);
      checkTagCount(tags);
      return parts.change((turn) => {
        const bus = knownBus(parts, team, named);
        if (scheduleExpression && bus !== DEFAULT_BUS) {
          throw new EngineError('EventRuleClockElsewhere', { bus });
        }
        const key = ruleKey(bus, name);
        const before = rules.get(team, key);
        const ofBus = rules.list(team).filter(({ value }) => value.bus === bus);
        if (!before) expectRoom('rulesOfBus', ofBus.length);
        const record: RuleRecord = {
          bus,
          name,
          state,
          ...(eventPattern ? { eventPattern } : {}),
          ...rest,
          tags: before ? before.tags : tags,
          targets: before?.targets ?? [],
          ...(scheduleExpression ? clockOf(scheduleExpression, before, now()) : {}),
        };
        rules.put(turn, team, key, record);
        return detailOf(record);
      });
    },
    describe: (scope, rule) => detailOf(find(scope, rule)),
    list(scope, named) {
      const bus = knownBus(parts, teamOf(scope), named);
      return rules
        .list(teamOf(scope))
        .filter(({ value }) => value.bus === bus)
        .map(({ value }) => detailOf(value));
    },
    async setState(scope, named, state) {
      await parts.change((turn) => {
        const rule = find(scope, named);
        if (rule.state === state) return;
        // Times that passed while it was disabled are over.
        const served = rule.scheduleExpression === undefined ? {} : { served: now() };
        const key = ruleKey(rule.bus, rule.name);
        rules.put(turn, teamOf(scope), key, { ...rule, state, ...served });
      });
    },
    async delete(scope, { bus: named, name }) {
      const team = teamOf(scope);
      await parts.change((turn) => {
        const key = ruleKey(knownBus(parts, team, named), name);
        const rule = rules.get(team, key);
        if (rule === undefined) return;
        if (rule.targets.length > 0) throw new EngineError('EventRuleInUse', { rule: name });
        rules.put(turn, team, key, undefined);
      });
    },
    async putTargets(scope, named, targets) {
      for (const target of targets) checkTarget(target);
      await parts.change((turn) => {
        const rule = find(scope, named);
        const after = new Map(rule.targets.map((target) => [target.Id, target]));
        for (const target of targets) after.set(target.Id, target);
        // So many are allowed, and not one more.
        expectRoom('targetsOfRule', after.size - 1);
        const key = ruleKey(rule.bus, rule.name);
        rules.put(turn, teamOf(scope), key, { ...rule, targets: [...after.values()] });
      });
    },
    removeTargets(scope, named, ids) {
      const gone = new Set(ids);
      return parts.change((turn) => {
        const rule = find(scope, named);
        const known = new Set(rule.targets.map(({ Id }) => Id));
        const targets = rule.targets.filter(({ Id }) => !gone.has(Id));
        if (targets.length < rule.targets.length) {
          rules.put(turn, teamOf(scope), ruleKey(rule.bus, rule.name), { ...rule, targets });
        }
        return [...gone].filter((id) => !known.has(id));
      });
    },
  };
}

/** A rate counts on from where it began when the rule has the same clock as before and was going. */
function clockOf(
  scheduleExpression: string,
  before: RuleRecord | undefined,
  now: number,
): Pick<RuleRecord, 'scheduleExpression' | 'scheduledFrom' | 'served'> {
  const goesOn =
    before?.scheduleExpression === scheduleExpression && before.state !== 'DISABLED'
      ? before
      : undefined;
  return {
    scheduleExpression,
    scheduledFrom: goesOn?.scheduledFrom || now,
    served: goesOn?.served || now,
  };
}

/** Throws EventPatternRefused. */
export function checkPattern(text: string): void {
  const parsed = parsePattern(text);
  if (!('error' in parsed)) return;
  const { code, message: problem } = parsed.error;
  throw new EngineError('EventPatternRefused', { code, problem });
}

function checkSchedule(expression: string): void {
  const problem = awsScheduleRefusal(expression, 'events');
  if (problem !== undefined) throw new EngineError('EventScheduleRefused', { problem });
}
