/**
 * `engine.observers`: what is watched in AWS, its runs, and what cannot be seen.
 * @module
 */

import { consoleLink } from '../../../monitoring/observed/console-links.js';
import type { SeenRun } from '../../../monitoring/observed/observed-run.js';
import { matchesName, nameWildcard } from '../../../monitoring/observed/wildcard.js';
import type { Subject } from '../../../monitoring/subject.js';
import { type DurableRequest, durableWrite } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { RunPrice, UsedByRun } from '../../kernel/observed-run.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type Scope, sees } from '../../kernel/scope.js';
import { subjectOfRow } from './found-things.js';
import {
  type FoundRow,
  type HeardBy,
  OBSERVED_RUNS,
  type ObservedRow,
  seenOf,
} from './observer-tables.js';
import type { Observers } from './observers.js';
import type { RefusedWatch, WatchSectionFile } from './watch-plans.js';

/** Something that is watched. Times in milliseconds since the epoch. */
export interface WatchedThing {
  readonly team: string;
  readonly subject: Subject;
  /** Name of its account in the accounts file. */
  readonly account: string;
  readonly tags: { readonly [tag: string]: string };
  readonly foundAt: number;
  /** Until when all that happened was seen by looking; absent: nobody has looked, or can. */
  readonly lookedAt?: number;
  readonly lastRunAt?: number;
  readonly lastStatus?: string;
  readonly lastBy?: HeardBy;
  readonly running: number;
  /** When a look last had to leave something out, because there was too much. */
  readonly cutAt?: number;
  /** Since when it cannot be looked at, and why. */
  readonly blindSince?: number;
  readonly blindBecause?: string;
}

/** A run of something that is watched. */
export interface WatchedRun extends SeenRun {
  readonly number: number;
  readonly team: string;
  /** When it was heard of first, and by which way. */
  readonly seenAt: number;
  readonly by: HeardBy;
  /** What it cost, in millionths of the currency. Absent: it runs, nothing is priced, or nobody knows what it used. */
  readonly cost?: number;
  readonly currency?: string;
  /** What it used and has no price. */
  readonly unpriced?: string[];
}

export interface ListWatched {
  readonly kind?: string;
  /** With wildcards. */
  readonly name?: string;
  /** Name or digits. */
  readonly account?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** How the watching itself goes. */
export interface WatchStanding {
  readonly things: number;
  /** Calls for looks, for each thing and hour, since the server began. */
  readonly callsPerThingHour: number;
  readonly blind: readonly {
    readonly account: string;
    readonly region: string;
    readonly kind: string;
    readonly since: number;
    readonly words: string;
  }[];
  /** Things that match and are not watched, because a team watches too many. */
  readonly beyond: readonly { readonly team: string; readonly count: number }[];
}

export interface ObserverCalls {
  /** By team and subject. */
  list(scope: Scope, query?: ListWatched): Page<WatchedThing>;
  /** Runs of a subject, by its key, the last heard of first. Throws WatchedNotFound. */
  runs(
    scope: Scope,
    subject: string,
    page?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<WatchedRun>>;
  standing(scope: Scope): WatchStanding;
  /**
   * The files of the folder declare these, and no others.
   * @param broken files with mistakes: what they declared goes on
   * @returns what counts for nothing, because the account is unknown or not the team's to see
   */
  declare(files: readonly WatchSectionFile[], broken: readonly string[]): Promise<RefusedWatch[]>;
}

const HOUR = 3_600_000;

export function observerCalls(
  { reads, time }: Pick<Kernel, 'reads' | 'time'>,
  observers: Observers,
  request: DurableRequest,
  priceOfRun: (run: Pick<UsedByRun, 'units' | 'at'>) => RunPrice | undefined,
): ObserverCalls {
  const seen = (scope: Scope): FoundRow[] =>
    observers.things.durable().filter(({ team }) => sees(scope, team));

  const shown = (row: FoundRow): WatchedThing => {
    const { team, place, foundAt, lookedAt, lastRunAt, lastStatus, lastBy } = row;
    const subject = subjectOfRow(row);
    const cutAt = observers.cutAt(row);
    const { region, kind } = subject;
    const blind = observers
      .blind()
      .find((one) => one.place === place && one.region === region && one.kind === kind);
    return {
      ...{ team, subject, account: place, tags: observers.planOf(row)?.tags ?? {}, foundAt },
      ...(lookedAt === undefined ? {} : { lookedAt }),
      ...(lastRunAt === undefined ? {} : { lastRunAt }),
      ...(lastStatus === undefined ? {} : { lastStatus }),
      ...(lastBy === undefined ? {} : { lastBy }),
      running: observers.runs.running(row.number).length,
      ...(cutAt === undefined ? {} : { cutAt }),
      ...(blind === undefined ? {} : { blindSince: blind.since, blindBecause: blind.words }),
    };
  };

  return {
    list(scope, { kind, name, account, limit, cursor } = {}) {
      const most = limitOf(limit);
      const [after = 0] = cursor === undefined ? [] : fromCursor('watched', cursor, 1);
      const wildcard = name === undefined ? undefined : nameWildcard(name);
      const found = seen(scope)
        .filter(({ number }) => number > after)
        .filter((row) => {
          const subject = subjectOfRow(row);
          const isThere =
            account === undefined || row.place === account || subject.account === account;
          const isNamed = wildcard === undefined || matchesName(wildcard, subject.name);
          return isThere && isNamed && (kind === undefined || subject.kind === kind);
        })
        .sort((a, b) => a.number - b.number);
      const page = found.slice(0, most);
      const last = page.at(-1);
      const isMore = found.length > most && last !== undefined;
      return {
        items: page.map(shown),
        ...(isMore ? { next: toCursor('watched', [last.number]) } : {}),
      };
    },

    async runs(scope, subject, { limit, cursor } = {}) {
      const things = seen(scope).filter((row) => row.subject === subject);
      if (things.length === 0) throw new EngineError('WatchedNotFound', { subject });
      const most = limitOf(limit);
      const [below] = cursor === undefined ? [] : fromCursor('observed', cursor, 1);
      const pages = await Promise.all(
        things.map(({ number: thing }) =>
          reads.listRows(OBSERVED_RUNS, {
            where: { thing },
            ...(below === undefined ? {} : { below: { number: below } }),
            order: { by: ['number'], down: true },
            limit: most + 1,
          }),
        ),
      );
      const rows = pages.flat().sort((a, b) => b.number - a.number);
      const page = rows.slice(0, most);
      const last = page.at(-1);
      const teams = new Map(things.map((row) => [row.number, row]));
      return {
        items: page.map((row) => {
          const { unpriced = [] } =
            (row.endedAt === undefined
              ? undefined
              : priceOfRun({ ...seenOf(row), at: row.endedAt })) ?? {};
          const shown = shownRun(row, teams.get(row.thing));
          return unpriced.length === 0 ? shown : { ...shown, unpriced: [...unpriced] };
        }),
        ...(rows.length > most && last !== undefined
          ? { next: toCursor('observed', [last.number]) }
          : {}),
      };
    },

    standing(scope) {
      const things = seen(scope);
      const teams = [...new Set(things.map(({ team }) => team))];
      const places = new Set(things.map(({ place }) => place));
      const { calls, since } = observers.calls;
      const hours = Math.max((time.now() - since) / HOUR, 1 / 60);
      return {
        things: things.length,
        callsPerThingHour:
          observers.things.size === 0
            ? 0
            : Math.round((calls / hours / observers.things.size) * 10) / 10,
        blind: observers
          .blind()
          .filter(({ place, teams: told }) => {
            const isTold = (told as string[]).some((team) => sees(scope, team));
            return isTold || places.has(place);
          })
          .map(({ place, region, kind, since: from, words }) => ({
            ...{ account: place, region, kind, since: from, words },
          })),
        beyond: teams
          .map((team) => ({ team, count: observers.beyond(team) }))
          .filter(({ count }) => count > 0),
      };
    },

    declare: (files, broken) =>
      durableWrite(request)((turn) => observers.declare(turn, files, broken)),
  };
}

function shownRun(row: ObservedRow, thing: FoundRow | undefined): WatchedRun {
  const run = seenOf(row);
  const { number, seenAt, by, cost, currency } = row;
  const link = run.link ?? (thing && consoleLink(subjectOfRow(thing), run));
  return {
    ...run,
    ...{ number, team: thing?.team ?? '', seenAt, by },
    ...(cost === undefined ? {} : { cost }),
    ...(currency === undefined ? {} : { currency }),
    ...(link === undefined ? {} : { link }),
  };
}
