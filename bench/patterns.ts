/**
 * How many events a second one matcher takes, with ten rules and with ten thousand of each kind of matcher.
 *
 * Every rule asks something of its own about one field, as `{"source": ["shop"], "detail": {"key": [...]}}` does for many
 * values; an event answers one rule or a few of them. Rules of `anything-but` and `exists` nearly all match, so they ask
 * for a customer of their own as well.
 * @module
 */
import type { JsonObject } from '../src/events/json.js';
import { createMatcher, type PatternMatcher } from '../src/events/pattern/matcher.js';
import { parsePattern } from '../src/events/pattern/parse-pattern.js';
import { median, round } from './load.js';

interface Kind {
  readonly name: string;
  /** What rule number `n` asks for. */
  readonly detail: (n: number) => Record<string, unknown[]>;
}

/** Short turns, so that what else the machine does falls on both sides of a ratio. */
const ROUNDS = 31;

const octets = (n: number): string => `10.${(n >> 8) & 255}.${n & 255}`;
const KINDS: readonly Kind[] = [
  { name: 'exact', detail: (n) => ({ key: [`order-${n}-end`] }) },
  { name: 'number', detail: (n) => ({ amount: [n] }) },
  { name: 'prefix', detail: (n) => ({ key: [{ prefix: `order-${n}-` }] }) },
  { name: 'suffix', detail: (n) => ({ key: [{ suffix: `-${n}-end` }] }) },
  {
    name: 'equals-ignore-case',
    detail: (n) => ({ key: [{ 'equals-ignore-case': `ORDER-${n}-END` }] }),
  },
  { name: 'wildcard', detail: (n) => ({ key: [{ wildcard: `order-${n}-*d` }] }) },
  { name: 'wildcard inside', detail: (n) => ({ key: [{ wildcard: `*-${n}-*` }] }) },
  { name: 'numeric', detail: (n) => ({ amount: [{ numeric: ['>=', n, '<', n + 1] }] }) },
  { name: 'cidr', detail: (n) => ({ ip: [{ cidr: `${octets(n)}.0/24` }] }) },
  {
    name: 'anything-but',
    detail: (n) => ({ customer: [n], key: [{ 'anything-but': [`x${n}`] }] }),
  },
  { name: 'exists', detail: (n) => ({ customer: [n], [`k${n % 10}`]: [{ exists: false }] }) },
  { name: '$or', detail: (n) => ({ $or: [{ amount: [n] }, { customer: [n], key: ['no'] }] }) },
];

function events(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, n) => ({
    version: '0',
    id: `6a7e8feb-b491-4cf7-a9f1-bf3703460${String(n).padStart(4, '0')}`,
    'detail-type': 'Order placed',
    source: 'shop',
    account: '123456789012',
    time: '2026-01-02T03:04:05Z',
    region: 'eu-central-1',
    resources: ['arn:aws:s3:::orders'],
    detail: {
      key: `order-${n}-end`,
      amount: n,
      customer: n,
      ip: `${octets(n)}.7`,
      state: 'placed',
      address: { city: 'Bern', zip: '3000' },
    },
  }));
}

/** A matcher with rules number 0 to `rules` of each kind, which are the numbers of the events too. */
function matcherOf(kinds: readonly Kind[], rules: number): PatternMatcher {
  const matcher = createMatcher();
  for (const kind of kinds) {
    for (let n = 0; n < rules; n++) {
      const parsed = parsePattern({ source: ['shop'], detail: kind.detail(n) });
      if ('error' in parsed) throw new Error(parsed.error.message);
      matcher.add(`${kind.name} ${n}`, parsed.pattern);
    }
  }
  return matcher;
}

/** Events a second. */
function rate(matcher: PatternMatcher, all: readonly JsonObject[], milliseconds: number): number {
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < milliseconds) {
    for (let i = 0; i < 50; i++) for (const event of all) matcher.match(event);
    count += 50 * all.length;
  }
  return count / ((performance.now() - started) / 1000);
}

/** Ten and ten thousand rules of each kind, and of all kinds together, measured in turn. */
export function patterns(
  report: (line: Record<string, unknown>) => void,
  milliseconds: number,
): void {
  const all = events(10);
  const groups: [string, readonly Kind[]][] = KINDS.map((kind) => [kind.name, [kind]]);
  for (const [name, kinds] of [...groups, ['all kinds together', KINDS] as const]) {
    const few = matcherOf(kinds, 10);
    const many = matcherOf(kinds, 10_000);
    for (const event of all) {
      const matched = [few.match(event).length, many.match(event).length];
      if (matched.some((count) => count !== kinds.length)) {
        throw new Error(`${matched.join(' and ')} rules match instead of ${kinds.length}`);
      }
    }
    rate(few, all, milliseconds / 5);
    rate(many, all, milliseconds / 5);
    const rates = Array.from({ length: ROUNDS }, () => ({
      few: rate(few, all, milliseconds / ROUNDS),
      many: rate(many, all, milliseconds / ROUNDS),
    }));
    report({
      bench: 'patterns',
      kind: name,
      events_per_s_10_rules_each: Math.round(median(rates.map((one) => one.few))),
      events_per_s_10000_rules_each: Math.round(median(rates.map((one) => one.many))),
      ratio: round(median(rates.map((one) => one.many / one.few))),
      goal: '>= 100000, ratio >= 0.9',
    });
  }
}
