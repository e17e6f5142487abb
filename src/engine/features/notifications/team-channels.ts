/**
 * What files of teams say of notifications, durably: it is sent by it before the folder has been read again.
 *
 * Of a team each section stands in one file. A file with mistakes goes on with what it declared before; one that is gone declares
 * nothing any longer.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import { CHANNELS } from '../../../channels/channels.js';
import { EMAIL } from '../../../channels/email/email-channel.js';
import type { Message } from '../../../channels/message.js';
import {
  CHANNELS_SECTION,
  channelProblems,
  OUTBOX_NAME,
  secretsOf,
  type WrittenChannel,
} from '../../../pipelines/team-file/channels-section.js';
import {
  channelsFor,
  NOTIFY_SECTION,
  type Route,
  type Routed,
} from '../../../pipelines/team-file/notify-section.js';
import {
  type MessageTemplates,
  TEMPLATES_SECTION,
  worded,
} from '../../../pipelines/team-file/templates-section.js';
import type { Store } from '../../../store/store.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { TEAM_SECTIONS, type TeamSectionRow } from './notification-tables.js';

/** The sections that are ours. */
const OURS: readonly string[] = [CHANNELS_SECTION, NOTIFY_SECTION, TEMPLATES_SECTION].map(
  ({ name }) => name,
);

/** What one file declares. */
export interface DeclaredTeam {
  /** Relative to the folder. */
  readonly file: string;
  readonly team: string;
  readonly sections: { readonly [name: string]: Json };
}

/** A section that does not count, and why. */
export interface RefusedSection {
  readonly file: string;
  readonly problem: string;
}

/** What a team has said. */
interface TeamWords {
  readonly channels: ReadonlyMap<string, WrittenChannel>;
  readonly routes: readonly Route[];
  readonly templates: MessageTemplates;
}

const NOTHING_SAID: TeamWords = { channels: new Map(), routes: [], templates: {} };
const OUTBOX: WrittenChannel = { type: OUTBOX_NAME };

export class TeamChannels {
  readonly #rows: RowMap<TeamSectionRow>;
  /** Read when it is asked for. */
  readonly #read: Map<string, TeamWords> = new Map();

  constructor() {
    this.#rows = new RowMap(TEAM_SECTIONS, ([team]) => void this.#read.delete(String(team)));
  }

  open(store: Pick<Store, 'listRows'>): Promise<void> {
    return this.#rows.open(store);
  }

  /** Teams that have said anything. */
  teams(): string[] {
    return [...new Set([...this.#rows.values()].map(({ team }) => team))];
  }

  /** Those of a team by name; the outbox, which each has, among them. */
  of(team: string): ReadonlyMap<string, WrittenChannel> {
    const { channels } = this.#wordsOf(team);
    return channels.has(OUTBOX_NAME) ? channels : new Map([[OUTBOX_NAME, OUTBOX], ...channels]);
  }

  /** Names of those of a team; the outbox comes last. */
  waysOf(team: string): string[] {
    const names = [...this.#wordsOf(team).channels.keys()].filter((name) => name !== OUTBOX_NAME);
    return [...names, OUTBOX_NAME];
  }

  /**
   * How somebody is told in particular: a channel by its name; a person by the first channel that sends mails, to their own
   * address, else by the routes with their name in it.
   */
  wayTo(
    team: string,
    name: string,
    person: { readonly email?: string } | undefined,
  ): { channels?: string[]; address?: string; people?: string[] } {
    if (this.find(team, name) !== undefined) return { channels: [name] };
    if (person === undefined) return {};
    const { email } = person;
    const mail = [...this.of(team)].find(([, { type }]) => type === EMAIL.type)?.[0];
    if (email === undefined || mail === undefined) return { people: [name] };
    return { channels: [mail], address: email, people: [name] };
  }

  find(team: string, channel: string): WrittenChannel | undefined {
    return (
      this.#wordsOf(team).channels.get(channel) ?? (channel === OUTBOX_NAME ? OUTBOX : undefined)
    );
  }

  /** The file that declares a team's channels. */
  fileOf(team: string): string | undefined {
    return this.#rows.get(team, CHANNELS_SECTION.name)?.file;
  }

  /** Which channels are told; the outbox when no route fits. */
  routed(team: string, of: Routed): string[] {
    const names = channelsFor(this.#wordsOf(team).routes, of);
    return names.length === 0 ? [OUTBOX_NAME] : names;
  }

  /** Whether any route of a team names a channel. */
  isRouted(team: string, channel: string): boolean {
    return this.#wordsOf(team).routes.some(({ channels }) => channels.includes(channel));
  }

  /** A message in the words of its team. */
  worded(message: Message): Message {
    return worded(this.#wordsOf(message.team).templates, message);
  }

  /**
   * The files of the folder declare these, and no others.
   * @param broken files with mistakes: what they declared before goes on
   */
  declare(turn: Turn, files: readonly DeclaredTeam[], broken: readonly string[]): RefusedSection[] {
    const refused: RefusedSection[] = [];
    const kept = new Set<string>();
    for (const { file, team, sections } of files) {
      for (const section of OURS) {
        const written = sections[section];
        if (written === undefined) continue;
        const place = JSON.stringify([team, section]);
        const known = this.#rows.get(team, section);
        const isOfBroken = known !== undefined && broken.includes(known.file);
        if (kept.has(place) || isOfBroken) {
          const problem = `"${section}" of team ${team} is said in ${known?.file} already, so this does not count`;
          refused.push({ file, problem });
          continue;
        }
        kept.add(place);
        const isSame =
          known?.file === file && JSON.stringify(known.written) === JSON.stringify(written);
        if (!isSame) this.#rows.put(turn, { team, section, file, written });
      }
    }
    for (const { team, section, file } of [...this.#rows.values()]) {
      if (kept.has(JSON.stringify([team, section])) || broken.includes(file)) continue;
      this.#rows.delete(turn, team, section);
    }
    return [...refused, ...this.#strayRoutes(files)];
  }

  /** Routes to channels that the team has nowhere. */
  #strayRoutes(files: readonly DeclaredTeam[]): RefusedSection[] {
    return files.flatMap(({ file, team }) => {
      if (this.#rows.get(team, NOTIFY_SECTION.name)?.file !== file) return [];
      const names = new Set(this.#wordsOf(team).routes.flatMap(({ channels }) => channels));
      return [...names]
        .filter((name) => this.find(team, name) === undefined)
        .map((name) => ({
          file,
          problem: `team ${team} has no channel "${name}", so the outbox keeps what would go there`,
        }));
    });
  }

  #wordsOf(team: string): TeamWords {
    const known = this.#read.get(team);
    if (known !== undefined) return known;
    const words = this.#readWords(team);
    if (words !== NOTHING_SAID) this.#read.set(team, words);
    return words;
  }

  /** What an earlier or later version has written and this one cannot read is as if it were not there. */
  #readWords(team: string): TeamWords {
    const [channels, routes, templates] = OURS.map((name) => this.#rows.get(team, name)?.written);
    if (channels === undefined && routes === undefined && templates === undefined) {
      return NOTHING_SAID;
    }
    const read = CHANNELS_SECTION.schema.safeParse(channels ?? {});
    return {
      channels: new Map(
        Object.entries(read.data ?? {}).filter(([, one]) => channelProblems(one).length === 0),
      ),
      routes: NOTIFY_SECTION.schema.safeParse(routes ?? []).data ?? [],
      templates: TEMPLATES_SECTION.schema.safeParse(templates ?? {}).data ?? {},
    };
  }
}

/**
 * The configuration of a channel with its secrets, or why it cannot be used.
 * @example await configOf(written, (name) => secrets.value(team, name))
 */
export async function configOf(
  written: WrittenChannel,
  secretOf: (name: string) => Promise<string | undefined>,
): Promise<{ config: unknown } | { problem: string }> {
  const { type, ...fields } = written;
  const channel = CHANNELS.get(type);
  if (channel === undefined) return { problem: `there is no kind of channel "${type}"` };
  const secrets: { [field: string]: string } = {};
  for (const { field, name } of secretsOf(written)) {
    const value = await secretOf(name);
    if (value === undefined) return { problem: `secret ${name} is not set` };
    secrets[field] = value;
  }
  const read = channel.config.safeParse({ ...fields, ...secrets });
  if (read.success) return { config: read.data };
  const [issue] = read.error.issues;
  const field = String(issue?.path[0] ?? '');
  // What a secret holds is not repeated: only which of them does not fit.
  const named = secretsOf(written).find((one) => one.field === field);
  const what = named === undefined ? field : `secret ${named.name}`;
  return { problem: `${what} does not fit: ${issue?.message ?? 'it is of the wrong form'}` };
}
