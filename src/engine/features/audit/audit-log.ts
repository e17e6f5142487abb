/**
 * The audit log: who did what to what, when, from where; and who was refused.
 *
 *     request ──▶ entry ──┐ the same turn, or an earlier one
 *         └─────▶ act ────┴──commit──▶ answer
 *
 * An entry is queued before the act, so whatever was done is in the log, also after a crash; one that came to nothing has a
 * second entry that says so. Entries form a chain (`store/audit-chain.ts`), whose end is sealed besides.
 * @module
 */
import { ChainCheck, type ChainedEntry, chainHash, NO_HASH } from '../../../store/audit-chain.js';
import type { AnyTable } from '../../../store/table.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type Scope, teamsIn } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { AUDIT, AUDIT_ENDS, type AuditEndsRow, type AuditRow } from './audit-tables.js';

/** What is to be noted. Texts are cut, and secrets in them masked. */
export interface NewAuditEntry {
  /** The user, or the label of the token, or the access key. */
  readonly actor: string;
  /** Whose things it is about; empty: several teams', or the server's. */
  readonly team: string;
  /** `POST /executions`, `states:StartExecution`, `login`. */
  readonly act: string;
  /** What it names. */
  readonly what: string;
  /** `asked`, or the code of the refusal. */
  readonly outcome: string;
  readonly address: string;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface AuditVerified {
  /** What is wrong, in words; absent: nothing. */
  readonly finding?: string;
  readonly entries: number;
  /** The last entry: whoever has noted its hash elsewhere knows later whether it is still the same log. */
  readonly head: { readonly number: number; readonly hash: string };
}

/** `engine.audit`. */
export interface AuditCalls {
  /** Durable when it resolves; what is asked of the engine afterwards is not durable before it. */
  note(entry: NewAuditEntry): Promise<void>;
  /** The newest first. Entries about several teams, or the server, are for who sees everything. */
  list(scope: Scope, filter?: AuditFilter): Promise<Page<AuditRow>>;
  /**
   * Reads the whole log and says whether it is what was written.
   * @param known an entry of an earlier time, which must still be there unless it was old
   */
  verify(known?: { number: number; hash: string }): Promise<AuditVerified>;
}

const ENDS = 'chain';
const LONGEST = 300;
const PAGE = 1_000;

export class AuditLog implements AuditCalls, Feature {
  readonly name = 'audit';
  readonly tables: readonly AnyTable[] = [AUDIT, AUDIT_ENDS];
  readonly #kernel: Kernel;
  readonly #ends: RowMap<AuditEndsRow> = new RowMap(AUDIT_ENDS);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async open(): Promise<void> {
    await this.#ends.open(this.#kernel.store);
  }

  note(entry: NewAuditEntry): Promise<void> {
    const { secrets, time } = this.#kernel;
    const plain = (text: string): string => secrets.text(text.slice(0, LONGEST));
    return this.#kernel.write((turn) => {
      const { number, hash, baseNumber, baseHash } = this.#endsNow();
      const said: ChainedEntry = {
        number: number + 1,
        at: time.now(),
        actor: plain(entry.actor),
        team: entry.team,
        act: plain(entry.act),
        what: plain(entry.what),
        outcome: plain(entry.outcome),
        address: plain(entry.address),
      };
      const row: AuditRow = { ...said, hash: chainHash(hash, said) };
      turn.put(AUDIT, row);
      this.#putEnds(turn, { number: row.number, hash: row.hash, baseNumber, baseHash });
    });
  }

  async list(scope: Scope, filter: AuditFilter = {}): Promise<Page<AuditRow>> {
    const { actor, cursor } = filter;
    const limit = limitOf(filter.limit);
    const [below] = cursor === undefined ? [] : fromCursor('audit', cursor, 1);
    const teams = teamsIn(scope);
    const rows = await this.#kernel.reads.listRows(AUDIT, {
      where: {
        ...(teams === undefined ? {} : { team: teams }),
        ...(actor === undefined ? {} : { actor }),
      },
      ...(below === undefined ? {} : { below: { number: below } }),
      order: { by: ['number'], down: true },
      limit: limit + 1,
    });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const isMore = rows.length > limit && last !== undefined;
    return { items, ...(isMore ? { next: toCursor('audit', [last.number]) } : {}) };
  }

  async verify(known?: { number: number; hash: string }): Promise<AuditVerified> {
    const ends = this.#ends.durable(ENDS) ?? FIRST;
    const { number, hash, baseNumber } = ends;
    const told = { entries: number - baseNumber, head: { number, hash } };
    if (known !== undefined && known.number > number) {
      return { ...told, finding: `The audit log has no entry ${known.number} any more` };
    }
    if (ends !== FIRST && !this.#isSealed(ends)) {
      const finding = 'The end of the audit log was not written by this server';
      return { ...told, finding };
    }
    const check = new ChainCheck(ends);
    for (let after = -1; ; ) {
      const rows = await this.#kernel.reads.listRows(AUDIT, {
        above: { number: after },
        order: { by: ['number'] },
        limit: PAGE,
      });
      for (const { hash: written, ...entry } of rows) {
        after = entry.number;
        if (after > number) break;
        const isOther = known?.number === after && known.hash !== written;
        const finding = isOther
          ? `The entry ${after} of the audit log is another one than it was`
          : check.next(entry, written);
        if (finding !== undefined) return { ...told, finding };
      }
      if (rows.length === PAGE && after <= number) continue;
      // What has come since is not part of the question; what nobody has noted is.
      const isForeign = after > (this.#ends.durable(ENDS) ?? FIRST).number;
      const finding = isForeign
        ? `The entry ${after} of the audit log was put in by somebody else`
        : check.end();
      return { ...told, ...(finding === undefined ? {} : { finding }) };
    }
  }

  /** Entries that grow old: where the chain begins then is noted in the same turn. */
  readonly aging = {
    kind: 'audit' as const,
    needs: (limit: number): Need<unknown>[] => [this.#oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean => {
      const old = turn.known(this.#oldest(limit)).filter(({ at }) => at < before);
      const last = old.at(-1);
      if (last === undefined) return false;
      for (const { number } of old) turn.remove(AUDIT, [number]);
      const { number, hash } = this.#endsNow();
      this.#putEnds(turn, { number, hash, baseNumber: last.number, baseHash: last.hash });
      return old.length === limit;
    },
  };

  #oldest(limit: number): Need<AuditRow[]> {
    return {
      key: `oldest audit ${limit}`,
      read: () => this.#kernel.store.listRows(AUDIT, { limit }),
    };
  }

  #endsNow(): Omit<AuditEndsRow, 'id' | 'record'> {
    return this.#ends.get(ENDS) ?? FIRST;
  }

  #putEnds(turn: Turn, ends: Omit<AuditEndsRow, 'id' | 'record'>): void {
    const sealed = this.#kernel.encryption.close(textOf(ends));
    this.#ends.put(turn, { ...ends, id: ENDS, record: { sealed } });
  }

  #isSealed({ record, ...ends }: AuditEndsRow): boolean {
    try {
      return this.#kernel.encryption.open(record.sealed) === textOf(ends);
    } catch {
      return false;
    }
  }
}

const FIRST: AuditEndsRow = {
  ...{ id: ENDS, number: 0, hash: NO_HASH, baseNumber: 0, baseHash: NO_HASH },
  record: { sealed: '' },
};

function textOf({
  number,
  hash,
  baseNumber,
  baseHash,
}: Omit<AuditEndsRow, 'id' | 'record'>): string {
  return JSON.stringify([number, hash, baseNumber, baseHash]);
}

/** What callers of the API may do. */
export function auditCalls(log: AuditLog): AuditCalls {
  return {
    note: (entry) => log.note(entry),
    list: (...given) => log.list(...given),
    verify: (known) => log.verify(known),
  };
}
