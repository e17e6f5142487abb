/**
 * Writes alerts and what becomes of them, each change in the commit that causes it, and lets others hear of it.
 * @module
 */
import type { AlertChange, AlertTransition } from '../../../monitoring/monitors/alert.js';
import type { SealedStore } from '../../kernel/masking/sealed-store.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import { ALERT_CHANGES, ALERTS, type AlertRow } from './monitor-tables.js';
import type { Group } from './watch.js';

/** What caused a change, where that is one thing. */
export interface Cause {
  readonly subject?: string;
  readonly pipeline?: string;
  readonly execution?: string;
}

export class AlertBook {
  readonly #tell: (turn: Turn, change: AlertChange) => void;
  #lastAlert = 0;
  #lastChange = 0;

  /** @param tell hears of each change in the turn that writes it */
  constructor(tell: (turn: Turn, change: AlertChange) => void) {
    this.#tell = tell;
  }

  async open(store: SealedStore): Promise<void> {
    this.#lastAlert = await store.lastNumber(ALERTS);
    this.#lastChange = await store.lastNumber(ALERT_CHANGES);
  }

  /**
   * Writes one change.
   * @param alert number of the alert that is open; undefined: this opens one
   * @returns the number of the alert that is open now
   */
  write(
    turn: Turn,
    [team, monitor]: readonly [team: string, monitor: string],
    group: Group,
    alert: number | undefined,
    transition: AlertTransition,
    cause: Cause,
  ): number | undefined {
    const { type, at, level, notify, mutedUntil, words, because } = transition;
    const number = alert ?? this.#lastAlert + 1;
    const isOver = type === 'RECOVERED' || type === 'ENDED';
    const dedupeKey = `${team}/${monitor}/${group.key}`;
    const told: Partial<AlertRow> = {
      ...(notify && !isOver ? { notifiedAt: at } : {}),
      ...(mutedUntil === undefined ? {} : { mutedUntil }),
    };
    if (alert === undefined) {
      this.#lastAlert = number;
      const { name, tags } = group;
      const first = { number, team, monitor, level, dedupeKey, name, tags, openedAt: at, words };
      turn.put(ALERTS, { ...first, status: 'OPEN', ...told, ...cause });
    } else if (isOver) {
      const status = type === 'ENDED' ? 'ENDED' : 'RECOVERED';
      turn.change(ALERTS, [number], { status, endedAt: at });
    } else {
      const isWorse = type === 'ESCALATED' || type === 'TRIGGERED';
      turn.change(ALERTS, [number], { level, ...told, ...(isWorse ? { words, ...cause } : {}) });
    }
    this.#lastChange += 1;
    const change: AlertChange = {
      ...transition,
      ...{ number: this.#lastChange, alert: number, team, monitor, dedupeKey },
      ...{ group: group.name, tags: group.tags },
      ...cause,
    };
    turn.put(ALERT_CHANGES, {
      ...{ number: this.#lastChange, alert: number, team, monitor, type, level, at, words },
      notify: notify ? 1 : 0,
      ...(mutedUntil === undefined ? {} : { mutedUntil }),
      because: [...because],
    });
    this.#tell(turn, change);
    return isOver ? undefined : number;
  }

  /** Alerts that are over and old; what is open stays. */
  aging(store: SealedStore) {
    const oldest = (limit: number): Need<AlertRow[]> => ({
      key: `oldest ${limit} alerts`,
      read: () => store.listRows(ALERTS, { limit }),
    });
    return {
      kind: 'checks' as const,
      needs: (limit: number): Need<unknown>[] => [oldest(limit)],
      removeOld: (turn: Turn, before: number, limit: number): boolean => {
        const old = turn
          .known(oldest(limit))
          .filter(({ endedAt }) => endedAt !== undefined && endedAt < before);
        for (const { number } of old) {
          turn.remove(ALERTS, [number]);
          turn.removeRange(ALERT_CHANGES, {
            where: { alert: number },
            column: 'alert',
            upTo: number,
          });
        }
        return old.length === limit;
      },
    };
  }
}
