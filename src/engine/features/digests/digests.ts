/**
 * Tells teams every day what happened: each recipient one digest a day, at their hour.
 *
 *     team's file ──▶ a digest for each recipient ──due──▶ compiled beside the loop ──▶ one commit: mark + notice
 *
 * The mark of the day is written with the notice, so a digest is told once, whatever dies in between. What was due while nobody
 * ran is told once, late, and says so; its window begins where the last one ended, and is a week at most.
 * @module
 */

import type { Json } from '../../../asl/json.js';
import type { Message } from '../../../channels/message.js';
import { type Digest, isEmpty, totalOf } from '../../../monitoring/digest/digest.js';
import type { DigestWindow } from '../../../monitoring/digest/tally.js';
import { dayAt, nextDue, startOfDay } from '../../../monitoring/expectations/calendar.js';
import {
  DIGEST_SECTION,
  digestsOf,
  type PlannedDigest,
} from '../../../pipelines/team-file/digest-section.js';
import type { AnyTable } from '../../../store/table.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { ofTeam, type Scope } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { compileDigest, type DigestSources } from './compile-digest.js';
import { htmlOf } from './digest-html.js';
import {
  DIGEST_MARKS,
  DIGEST_SECTIONS,
  type DigestMarkRow,
  type DigestSectionRow,
} from './digest-tables.js';
import { textOf } from './digest-text.js';
import { type DigestReader, timeWords, titleOf } from './digest-words.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A digest looks back no further. */
const LONGEST = 7 * DAY;
/** What comes later than that says so. */
const LATE_AFTER = 15 * MINUTE;
/** One that could not be compiled or written is tried again after that. */
const AGAIN = MINUTE;
/** Marks of digests that nobody asks for any more: it may be asked for again on the same day. */
const MARKS_KEPT = 8 * DAY;
/** Due moments that were missed, at most, that are counted. */
const MOST_MISSED = 400;

/** What one file declares. */
export interface DigestFile {
  readonly file: string;
  readonly team: string;
  readonly sections: { readonly [name: string]: Json };
}

export interface DigestPeers extends DigestSources {
  /** The zone of a person. */
  zoneOf(team: string, person: string): string | undefined;
  /** How somebody is told in particular: a channel, and the address there; undefined: by the routes of the team. */
  wayTo(team: string, name: string): DigestWay | undefined;
  notify(turn: Turn, notice: { team: string; message: Message } & Partial<DigestWay>): void;
  /** Where the console is. */
  url(): string | undefined;
}

export interface DigestWay {
  readonly channels?: readonly string[];
  readonly address?: string;
  readonly people?: readonly string[];
}

interface Asked {
  readonly team: string;
  readonly planned: PlannedDigest;
}

export class Digests implements Feature {
  readonly name = 'digests';
  readonly tables: readonly AnyTable[] = [DIGEST_SECTIONS, DIGEST_MARKS];
  readonly #kernel: Kernel;
  readonly #peers: DigestPeers;
  readonly #sections: RowMap<DigestSectionRow> = new RowMap(DIGEST_SECTIONS);
  readonly #marks: RowMap<DigestMarkRow> = new RowMap(DIGEST_MARKS);
  /** Those that are being compiled, and when those that failed are tried again. */
  readonly #underWay: Map<string, Promise<void> | number> = new Map();
  #asked: readonly Asked[] = [];
  #isOpen = false;

  constructor(kernel: Kernel, peers: DigestPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  async open(): Promise<void> {
    await this.#sections.open(this.#kernel.store);
    await this.#marks.open(this.#kernel.store);
  }

  begin(): void {
    this.#isOpen = true;
    this.#read();
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all([...this.#underWay.values()].filter((one) => typeof one !== 'number'));
  }

  /** The files of the folder declare these, and no others. @param broken files with mistakes: what they declared goes on */
  declare(turn: Turn, files: readonly DigestFile[], broken: readonly string[]): void {
    const declared = new Map<string, DigestSectionRow>();
    for (const { file, team, sections } of files) {
      const written = sections[DIGEST_SECTION.name];
      if (written === undefined) continue;
      declared.set(JSON.stringify([team, file]), { team, file, written });
    }
    for (const { team, file } of [...this.#sections.values()]) {
      const isGone = !declared.has(JSON.stringify([team, file])) && !broken.includes(file);
      if (isGone) this.#sections.delete(turn, team, file);
    }
    for (const row of declared.values()) {
      const known = this.#sections.get(row.team, row.file)?.written;
      if (JSON.stringify(known) !== JSON.stringify(row.written)) this.#sections.put(turn, row);
    }
    const now = this.#kernel.time.now();
    const asked = this.#allAsked();
    const names = new Set(asked.map(({ team, planned }) => keyOf(team, planned.id)));
    for (const { team, planned } of asked) {
      if (this.#marks.get(team, planned.id) !== undefined) continue;
      this.#marks.put(turn, { team, id: planned.id, declaredAt: now });
    }
    for (const { team, id, until = 0, declaredAt } of [...this.#marks.values()]) {
      const isOld = Math.max(until, declaredAt) < now - MARKS_KEPT;
      if (isOld && !names.has(keyOf(team, id))) this.#marks.delete(turn, team, id);
    }
    // Zones of people may be others, too, though nothing here was written.
    turn.afterCommit(() => this.#read());
  }

  nextDue(): number | undefined {
    if (!this.#isOpen) return undefined;
    let soonest: number | undefined;
    for (const asked of this.#asked) {
      const at = this.#nextOf(asked);
      if (at !== undefined) soonest = Math.min(soonest ?? at, at);
    }
    return soonest;
  }

  due(): void {
    if (!this.#isOpen) return;
    const now = this.#kernel.time.now();
    for (const asked of this.#asked) {
      const at = this.#nextOf(asked);
      if (at === undefined || at > now) continue;
      const key = keyOf(asked.team, asked.planned.id);
      const told = this.#tellDue(asked, now).then(
        () => void this.#underWay.delete(key),
        () => void this.#underWay.set(key, this.#kernel.time.now() + AGAIN),
      );
      this.#underWay.set(
        key,
        told.then(() => this.#kernel.dueChanged(this)),
      );
    }
  }

  /** Where the console is. */
  get url(): string | undefined {
    return this.#peers.url();
  }

  /** What happened in a window, to whoever asks; see `compileDigest`. */
  compile(scope: Scope, window: DigestWindow, group: string | undefined): Promise<Digest> {
    return compileDigest(this.#peers, scope, window, { group });
  }

  /** The digest of a team as it is now, told to those of its team's file, or where its routes say; leaves the daily ones alone. */
  async sendNow(team: string, window: DigestWindow, group: string | undefined): Promise<number> {
    const asked = this.#asked.filter((one) => one.team === team);
    const all: readonly Asked[] =
      asked.length > 0 ? asked : [{ team, planned: { id: '', time: EVERY_DAY, sendsEmpty: true } }];
    const told: { planned: PlannedDigest; digest: Digest }[] = [];
    for (const { planned } of all) {
      const form = { group: group ?? planned.group, only: planned.only };
      told.push({ planned, digest: await compileDigest(this.#peers, ofTeam(team), window, form) });
    }
    await this.#kernel.write((turn) => {
      for (const { planned, digest } of told) this.#tell(turn, team, planned, digest, undefined);
    });
    return told.length;
  }

  /** Of what is asked for, when it is due next. */
  #nextOf({ team, planned }: Asked): number | undefined {
    const state = this.#underWay.get(keyOf(team, planned.id));
    if (state !== undefined && typeof state !== 'number') return undefined;
    const mark = this.#marks.durable(team, planned.id);
    if (mark === undefined) return undefined;
    const { time } = planned;
    const { day, declaredAt } = mark;
    const after = day === undefined ? declaredAt : startOfDay(time.zone, day + 1) - 1;
    const due = nextDue(time, after);
    return due === undefined ? undefined : Math.max(due, state ?? due);
  }

  async #tellDue(asked: Asked, now: number): Promise<void> {
    const { team, planned } = asked;
    const mark = this.#marks.durable(team, planned.id);
    const first = mark && nextAfter(planned, mark);
    if (mark === undefined || first === undefined) return;
    let [due, missed] = [first, 0];
    for (; missed < MOST_MISSED; missed += 1) {
      const next = nextDue(planned.time, due);
      if (next === undefined || next > now) break;
      due = next;
    }
    const isLate = missed > 0 || now - due > LATE_AFTER;
    const to = isLate ? now : due;
    const from = Math.max(mark.until ?? due - DAY, to - LONGEST);
    const window = { from: Math.min(from, to), to };
    const digest = await compileDigest(this.#peers, ofTeam(team), window, planned);
    const { zone } = planned.time;
    const late = isLate ? lateWords(first, missed, zone) : undefined;
    await this.#kernel.write((turn) => {
      const known = this.#marks.get(team, planned.id);
      // Another turn may have taken it back, or told it.
      if (known === undefined || known.day !== mark.day) return;
      this.#marks.put(turn, { ...known, day: dayAt(zone, due), until: to });
      if (planned.sendsEmpty || late !== undefined || !isEmpty(digest)) {
        this.#tell(turn, team, planned, digest, late);
      }
    });
  }

  #tell(
    turn: Turn,
    team: string,
    { id, to, time }: PlannedDigest,
    digest: Digest,
    late: string | undefined,
  ): void {
    const url = this.#peers.url()?.replace(/\/$/, '');
    const reader: DigestReader = {
      ...{ whose: team, zone: time.zone, url },
      ...(late === undefined ? {} : { late }),
    };
    const { failures, warnings } = totalOf(digest);
    const { secrets } = this.#kernel;
    const message: Message = {
      key: `digest-${team}-${digest.to}-${id}`,
      thread: `digest-${team}-${id}`,
      kind: 'digest',
      level: failures > 0 ? 'critical' : warnings > 0 ? 'warning' : 'good',
      ...{ team, at: digest.to },
      title: titleOf(digest, reader),
      text: textOf(digest, reader),
      facts: [],
      links: url === undefined ? [] : [{ name: 'Console', url: `${url}/` }],
      ...{ actions: [], tags: {} },
      html: secrets.text(htmlOf(digest, reader)),
    };
    const way = to === undefined ? {} : (this.#peers.wayTo(team, to) ?? {});
    this.#peers.notify(turn, { team, message, ...way });
  }

  #read(): void {
    this.#asked = this.#allAsked();
    this.#kernel.dueChanged(this);
  }

  /** Of several files of one team the first by name has what two of them ask for. */
  #allAsked(): Asked[] {
    const known = new Set<string>();
    return [...this.#sections.values()]
      .sort((a, b) => (a.file < b.file ? -1 : 1))
      .flatMap(({ team, written }) =>
        digestsOf(written, (name) => this.#peers.zoneOf(team, name)).flatMap((planned) => {
          const key = keyOf(team, planned.id);
          if (known.has(key)) return [];
          known.add(key);
          return [{ team, planned }];
        }),
      );
  }
}

const EVERY_DAY = { minute: 0, zone: 'UTC', calendar: {} } as const;

function nextAfter(
  { time }: PlannedDigest,
  { day, declaredAt }: DigestMarkRow,
): number | undefined {
  return nextDue(time, day === undefined ? declaredAt : startOfDay(time.zone, day + 1) - 1);
}

function lateWords(first: number, missed: number, zone: string): string {
  const more = missed === 0 ? '' : `, and ${missed} more since then`;
  return `one was due at ${timeWords(first, zone)} ${zone}${more}, when this server did not tell it`;
}

function keyOf(team: string, id: string): string {
  return JSON.stringify([team, id]);
}
