/**
 * `engine.eventTags`: tags of buses and rules, by their ARNs.
 * @module
 */
import type { Tags } from '../../../../store/store.js';
import { EngineError } from '../../../kernel/errors.js';
import { DEFAULT_BUS, ownResource } from '../../../kernel/event-arns.js';
import { type OneTeam, teamOf } from '../../../kernel/scope.js';
import type { Turn } from '../../../kernel/turn.js';
import { ruleKey } from '../records.js';
import { type CallParts, knownRule } from './call-parts.js';
import { checkTagCount } from './quotas.js';

/** All throw EventParameterRefused for what is neither, EventBusNotFound, EventRuleNotFound. */
export interface EventTagCalls {
  list(scope: OneTeam, arn: string): Tags;
  /** Throws EventTagsRefused. */
  add(scope: OneTeam, arn: string, tags: Tags): Promise<void>;
  remove(scope: OneTeam, arn: string, keys: readonly string[]): Promise<void>;
}

/** Something that has tags. */
interface Tagged {
  tags: Tags;
  put(turn: Turn, tags: Tags): void;
}

export function eventTagCalls(parts: CallParts): EventTagCalls {
  const change = (scope: OneTeam, arn: string, act: (tags: Tags) => Tags): Promise<void> =>
    parts.change((turn) => {
      const found = find(parts, teamOf(scope), arn);
      const tags = act(found.tags);
      checkTagCount(tags);
      found.put(turn, tags);
    });
  return {
    list: (scope, arn) => find(parts, teamOf(scope), arn).tags,
    async add(scope, arn, more) {
      checkTagCount(more);
      await change(scope, arn, (tags) => ({ ...tags, ...more }));
    },
    async remove(scope, arn, keys) {
      const gone = new Set(keys);
      await change(scope, arn, (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
      );
    },
  };
}

/** The bus or rule of a team that an ARN names. */
function find(parts: CallParts, team: string, arn: string): Tagged {
  const { kernel, resources } = parts;
  const { buses, rules } = resources;
  const bus = ownResource(kernel.arns.identity, arn, 'event-bus');
  if (bus !== undefined) {
    if (!resources.hasBus(team, bus)) throw new EngineError('EventBusNotFound', { bus });
    const record = buses.get(team, bus) ?? { tags: {} };
    return {
      tags: record.tags,
      put: (turn, tags) => buses.put(turn, team, bus, { ...record, tags }),
    };
  }
  const path = ownResource(kernel.arns.identity, arn, 'rule');
  if (path === undefined) {
    const problem = 'It names no bus and no rule here.';
    throw new EngineError('EventParameterRefused', { parameter: 'ResourceARN', problem });
  }
  // Names of buses may have slashes, names of rules may not.
  const cut = path.lastIndexOf('/');
  const ofBus = cut < 0 ? DEFAULT_BUS : path.slice(0, cut);
  const name = path.slice(cut + 1);
  const record = knownRule(parts, team, ofBus, name);
  return {
    tags: record.tags,
    put: (turn, tags) => rules.put(turn, team, ruleKey(ofBus, name), { ...record, tags }),
  };
}
