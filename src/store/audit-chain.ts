/**
 * The chain of the audit log: each entry holds the SHA-256 of what it says and of the entry before it, so none can be changed,
 * taken out, put in or moved without the ones after it telling.
 *
 *     … ─▶ 41: hash(40's hash, entry 41) ─▶ 42: hash(41's hash, entry 42) ─▶ head: 42, sealed
 *
 * What is old is removed from the front; where the chain begins then is written beside its head.
 * @module
 */
import { createHash } from 'node:crypto';
import { fromText } from './columns.js';
import type { Driver, Row } from './driver.js';

/** What an entry says. Absent is not told from empty. */
export interface ChainedEntry {
  readonly number: number;
  readonly at: number;
  readonly actor: string;
  readonly team: string;
  readonly act: string;
  readonly what: string;
  readonly outcome: string;
  readonly address: string;
}

/** Where the chain stands: its last entry, and the one before its first. */
export interface ChainEnds {
  readonly number: number;
  readonly hash: string;
  readonly baseNumber: number;
  readonly baseHash: string;
}

/** What stands before the first entry. */
export const NO_HASH: string = '0'.repeat(64);

/** The hash of an entry that follows one with this hash: 64 hexadecimal digits. */
export function chainHash(before: string, entry: ChainedEntry): string {
  const { number, at, actor, team, act, what, outcome, address } = entry;
  const said = JSON.stringify([number, at, actor, team, act, what, outcome, address]);
  return createHash('sha256').update(`${before}\n${said}`).digest('hex');
}

/** Follows a chain entry by entry. */
export class ChainCheck {
  #number: number;
  #hash: string;
  readonly #ends: ChainEnds;

  constructor(ends: ChainEnds) {
    this.#ends = ends;
    this.#number = ends.baseNumber;
    this.#hash = ends.baseHash;
  }

  /** What is wrong with the next entry; undefined: nothing. */
  next(entry: ChainedEntry, hash: string): string | undefined {
    if (entry.number !== this.#number + 1) {
      return `The audit log has no entry ${this.#number + 1}: it was removed, or others were put in its place`;
    }
    if (chainHash(this.#hash, entry) !== hash) {
      return `The entry ${entry.number} of the audit log is not what was written there`;
    }
    this.#number = entry.number;
    this.#hash = hash;
    return undefined;
  }

  /** What is wrong with the end of the chain; undefined: nothing. */
  end(): string | undefined {
    if (this.#number === this.#ends.number && this.#hash === this.#ends.hash) return undefined;
    return `The audit log ends with the entry ${this.#number}, and ${this.#ends.number} was the last`;
  }
}

const ROWS = 500;

/** What is wrong with the audit log of a database; undefined: nothing, or there is none. */
export function verifyAudit(reader: Driver): string | undefined {
  const isThere = "SELECT COUNT(*) AS n FROM sqlite_schema WHERE name IN ('audit', 'audit_ends')";
  if (reader.prepare(isThere).get()?.n !== 2) return undefined;
  const ends = reader.prepare('SELECT * FROM audit_ends').get();
  if (ends === undefined) {
    const { n } = reader.prepare('SELECT COUNT(*) AS n FROM audit').get() ?? {};
    return n === 0 ? undefined : 'The audit log does not tell where it ends';
  }
  const check = new ChainCheck(endsIn(ends));
  const page = reader.prepare(`SELECT * FROM audit WHERE number > ? ORDER BY number LIMIT ${ROWS}`);
  for (let after = -1; ; ) {
    const rows = page.all(after);
    for (const row of rows) {
      after = Number(row.number);
      const problem = check.next(entryIn(row), String(row.hash));
      if (problem !== undefined) return problem;
    }
    if (rows.length < ROWS) return check.end();
  }
}

/** Where a chain stands, as its row in `audit_ends` says. */
export function endsIn(row: Row): ChainEnds {
  return {
    number: Number(row.number),
    hash: String(row.hash),
    baseNumber: Number(row.base_number),
    baseHash: String(row.base_hash),
  };
}

/** What a row of `audit` says. */
export function entryIn(row: Row): ChainedEntry {
  return {
    number: Number(row.number),
    at: Number(row.at),
    actor: fromText(row.actor),
    team: fromText(row.team),
    act: fromText(row.act),
    what: fromText(row.what),
    outcome: fromText(row.outcome),
    address: fromText(row.address),
  };
}
