/**
 * What a version carries as plain JSON: what came of its contract, and how its columns changed. The API says no more of the shape.
 * @module
 */
export interface RuleResult {
  rule: string;
  severity: 'block' | 'warn' | 'quarantine';
  status: 'OK' | 'WARNING' | 'CRITICAL';
  /** Some of the rows that break it. */
  rows: { [column: string]: unknown }[];
  words: string;
  fix?: string;
}

export interface ContractOutcome {
  verdict: 'publish' | 'block';
  rows: number;
  quarantined: number;
  rules: RuleResult[];
  leftOff?: { rules: number; rows: number };
}

export interface SchemaChange {
  added: { name: string }[];
  removed: { name: string }[];
  retyped: { name: string; from: string; to: string }[];
  reordered: boolean;
}

const MOST_NAMED = 5;

/** @example changeWords({ added: [{ name: 'acres' }], removed: [], retyped: [], reordered: false }) // 'new: acres' */
export function changeWords({ added, removed, retyped, reordered }: SchemaChange): string {
  const types = retyped.map(({ name, from, to }) => `${name} (${from} → ${to})`);
  const parts = [
    ['new', added.map(({ name }) => name)],
    ['gone', removed.map(({ name }) => name)],
    ['of another type', types],
  ] as const;
  const told = parts.flatMap(([word, all]) => (all.length === 0 ? [] : [`${word}: ${few(all)}`]));
  return [...told, ...(reordered ? ['in another order'] : [])].join('; ');
}

function few(all: readonly string[]): string {
  const more = all.length - MOST_NAMED;
  return all.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
