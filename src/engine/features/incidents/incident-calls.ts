/**
 * `engine.incidents`: what is in trouble, whose it is, and what people do about it.
 * @module
 */
import {
  type Incident,
  type IncidentStatus,
  isOpen,
} from '../../../monitoring/incidents/incident.js';
import type { IncidentAct } from '../../../monitoring/incidents/lifecycle.js';
import type { IncidentPolicy } from '../../../monitoring/incidents/policy.js';
import { plan, type Shift } from '../../../monitoring/incidents/rotation.js';
import type { IncidentLevel } from '../../../monitoring/incidents/signal.js';
import { hasTags, type WantedTag } from '../../../monitoring/tags.js';
import { type DurableRequest, durableWrite } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type OneTeam, ofTeam, type Scope, sees, teamOf, teamsIn } from '../../kernel/scope.js';
import { type ActionLink, actOf, readLink, WORDS } from './action-links.js';
import { headline } from './incident-message.js';
import {
  INCIDENT_CHANGES,
  INCIDENT_DAYS,
  INCIDENTS,
  type IncidentChangeRow,
  type IncidentDayRow,
  type IncidentRow,
  SILENCES,
  type SilenceRow,
  USED_LINKS,
  type UsedLinkRow,
} from './incident-tables.js';
import type { Incidents } from './incidents.js';
import type { PolicyFile } from './policies.js';
import { MOST_SILENCES } from './silences.js';

const DAY = 86_400_000;
/** How far away the end of a snooze or a silence may be. */
const LONGEST = 90 * DAY;
/** Entries of a timeline that are shown. */
const MOST_CHANGES = 1_000;
/** Incidents that were like one, and things that are folded in, as they are shown. */
const MOST_ALIKE = 5;
const MOST_FOLDED = 200;
/** Incidents that a page looks through at most. */
const LOOKED_THROUGH = 5_000;

/** An incident as it is shown. */
export interface ShownIncident extends Incident {
  readonly title: string;
  /** Incidents that are folded in. */
  readonly folded: number;
}

export interface ListIncidents {
  /** `open`: both OPEN and ACKNOWLEDGED. Default. */
  readonly status?: 'open' | 'all' | IncidentStatus;
  /** `-`: those that nobody owns. */
  readonly owner?: string;
  readonly pipeline?: string;
  readonly level?: IncidentLevel;
  /** Something that is wrong with it now, by its name: `monitor NAME/GROUP`. */
  readonly problem?: string;
  readonly tags?: readonly WantedTag[];
  /** Also those that are folded into another one. */
  readonly folded?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface DescribedIncident extends ShownIncident {
  /** The oldest first. */
  readonly changes: readonly IncidentChangeRow[];
  /** Incidents that are folded in, of teams that the caller sees; `folded` counts all. */
  readonly effects: readonly ShownIncident[];
  /** The one that it is folded in; without a title when it is of a team that the caller does not see. */
  readonly causedBy?: { readonly number: number; readonly title?: string; readonly team?: string };
  /** What was like it before, the newest first, with what ended it. */
  readonly alike: readonly {
    readonly number: number;
    readonly openedAt: number;
    readonly solved?: string;
    readonly lasted?: number;
  }[];
  /** Whom it can be given to: the people of its team; anybody when the team has named none. */
  readonly people: readonly string[];
  /** The last lines of the state that failed. */
  readonly log: readonly { readonly at: number; readonly text: string }[];
}

/** Reads the last lines of a state of an execution; nothing when there are none, or they are gone. */
export type LastLines = (
  team: OneTeam,
  execution: string,
  state: string | undefined,
) => Promise<readonly { readonly at: number; readonly text: string }[]>;

export interface TeamMeans extends Omit<IncidentDayRow, 'day' | 'toAcknowledge' | 'toResolve'> {
  /** Mean milliseconds from opening to acknowledging, and to resolving. */
  readonly mtta?: number;
  readonly mttr?: number;
  readonly days: readonly Omit<IncidentDayRow, 'team'>[];
}

export interface OnCall {
  readonly team: string;
  readonly rotation: string;
  readonly zone: string;
  readonly shifts: readonly Shift[];
}

export interface IncidentCalls {
  /** The newest first. A page may be short and not the last: `next` says so. */
  list(scope: Scope, filter?: ListIncidents): Promise<Page<ShownIncident>>;
  /** Throws IncidentNotFound. */
  describe(scope: Scope, number: number): Promise<DescribedIncident>;
  /**
   * What somebody does; durable when it resolves.
   * @param by who it is
   * Throws IncidentNotFound, IncidentOver, InvalidIncidentAct.
   */
  act(scope: Scope, number: number, what: IncidentAct, by: string): Promise<ShownIncident>;
  /**
   * What a click of a message would do, without doing it.
   * Throws LinkInvalid when it is none, was used, or is too old.
   */
  describeLink(
    token: string,
  ): Promise<{ readonly words: string; readonly incident: ShownIncident }>;
  /** Does what a click of a message says, once. Throws LinkInvalid, IncidentOver. */
  followLink(token: string): Promise<ShownIncident>;
  silences(scope: Scope): Promise<SilenceRow[]>;
  /** Nobody is to hear of some things until then. Throws InvalidSilence. */
  silence(team: OneTeam, silence: NewSilence): Promise<SilenceRow>;
  /** It ends now. Throws SilenceNotFound. */
  endSilence(scope: Scope, number: number): Promise<void>;
  /** How many, and how soon, of each team over the last days. */
  means(scope: Scope, days: number): Promise<TeamMeans[]>;
  /**
   * The files of the folder say so of the incidents of their teams, and no others do.
   * @param broken files with mistakes: what they said before goes on
   */
  declare(files: readonly PolicyFile[], broken: readonly string[]): Promise<void>;
  /** Who is on call, for so many days. */
  onCall(scope: Scope, days: number): OnCall[];
}

export type NewSilence = Pick<SilenceRow, 'tags' | 'pipeline' | 'actor' | 'reason'> & {
  readonly until: number;
};

export function incidentCalls(
  { reads, store, time, encryption }: Pick<Kernel, 'reads' | 'store' | 'time' | 'encryption'>,
  incidents: Incidents,
  request: DurableRequest,
  lastLines: LastLines,
): IncidentCalls {
  const shown = (incident: Incident): ShownIncident => ({
    ...incident,
    title: headline(incident),
    folded: incidents.foldedInto(incident.number).length,
  });

  const write = durableWrite(request);

  async function linkOf(token: string): Promise<ActionLink> {
    const link = readLink(token, encryption);
    const isGood = link !== undefined && link.expiresAt > time.now();
    if (!isGood || (await store.findRow(USED_LINKS, [link.id])) !== undefined) {
      throw new EngineError('LinkInvalid');
    }
    return link;
  }

  async function find(scope: Scope, number: number): Promise<IncidentRow> {
    const [row] = await reads.listRows(INCIDENTS, { where: { number }, limit: 1 });
    if (row === undefined || !sees(scope, row.team)) {
      throw new EngineError('IncidentNotFound', { incident: number });
    }
    return row;
  }

  /** Those that are open are all in memory. */
  function listOpen(scope: Scope, filter: ListIncidents, below: number | undefined) {
    const { status = 'open' } = filter;
    return incidents
      .live()
      .filter((one) => sees(scope, one.team) && isOpen(one))
      .filter((one) => status === 'open' || one.status === status)
      .filter((one) => (below === undefined || one.number < below) && isWanted(one, filter))
      .sort((a, b) => b.number - a.number);
  }

  async function list(scope: Scope, filter: ListIncidents = {}): Promise<Page<ShownIncident>> {
    const { status = 'open', owner, pipeline, cursor } = filter;
    const limit = limitOf(filter.limit);
    const [start] = cursor === undefined ? [] : fromCursor('incidents', cursor, 1);
    if (status === 'open' || status === 'OPEN' || status === 'ACKNOWLEDGED') {
      const found = listOpen(scope, filter, start);
      const items = found.slice(0, limit).map(shown);
      const last = items.at(-1)?.number ?? 0;
      return found.length > limit ? { items, next: toCursor('incidents', [last]) } : { items };
    }
    const teams = teamsIn(scope);
    const narrowed =
      pipeline !== undefined
        ? { pipeline }
        : owner !== undefined && owner !== NOBODY
          ? { owner }
          : status === 'all'
            ? {}
            : { status };
    const items: ShownIncident[] = [];
    let below = start;
    for (let looked = 0; ; ) {
      const rows = await reads.listRows(INCIDENTS, {
        where: { ...(teams === undefined ? {} : { team: teams }), ...narrowed },
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit: limit + 1,
      });
      looked += rows.length;
      for (const { number, state } of rows) {
        if (items.length === limit) return { items, next: toCursor('incidents', [below ?? 0]) };
        below = number;
        const isOfStatus = status === 'all' || state.status === status;
        if (isOfStatus && isWanted(state, filter)) items.push(shown(state));
      }
      if (rows.length <= limit) return { items };
      if (looked >= LOOKED_THROUGH) return { items, next: toCursor('incidents', [below ?? 0]) };
    }
  }

  async function causeOf(
    scope: Scope,
    { cause }: Incident,
  ): Promise<DescribedIncident['causedBy']> {
    if (cause === undefined) return undefined;
    const [row] = await reads.listRows(INCIDENTS, { where: { number: cause }, limit: 1 });
    if (row === undefined || !sees(scope, row.team)) return { number: cause };
    return { number: cause, title: headline(row.state), team: row.team };
  }

  async function describe(scope: Scope, number: number): Promise<DescribedIncident> {
    const { state } = await find(scope, number);
    const down = { order: { by: ['number'], down: true } } as const;
    const { execution, state: failed } = state.last;
    const [changes, effects, alike, causedBy, log] = await Promise.all([
      reads.listRows(INCIDENT_CHANGES, {
        where: { incident: number },
        order: { by: ['number'] },
        limit: MOST_CHANGES,
      }),
      reads.listRows(INCIDENTS, { where: { cause: number }, limit: MOST_FOLDED }),
      reads.listRows(INCIDENTS, {
        where: { team: state.team, fingerprint: state.fingerprint },
        below: { number },
        ...down,
        limit: MOST_ALIKE,
      }),
      causeOf(scope, state),
      execution === undefined ? [] : lastLines(ofTeam(state.team), execution, failed),
    ]);
    return {
      ...shown(state),
      folded: effects.length,
      changes,
      effects: effects.filter(({ team }) => sees(scope, team)).map((row) => shown(row.state)),
      ...(causedBy === undefined ? {} : { causedBy }),
      alike: alike.map(({ number: earlier, openedAt, solved, resolvedAt }) => ({
        number: earlier,
        openedAt,
        ...(solved === undefined ? {} : { solved }),
        ...(resolvedAt === undefined ? {} : { lasted: resolvedAt - openedAt }),
      })),
      people: [...incidents.policyOf(state.team).people.keys()].sort(),
      log,
    };
  }

  /** Throws InvalidIncidentAct. */
  function check(what: IncidentAct, policy: IncidentPolicy): void {
    const refuse = (problem: string): never => {
      throw new EngineError('InvalidIncidentAct', { problem });
    };
    if (what.type === 'snooze') {
      const ahead = what.until - time.now();
      if (!(ahead > 0 && ahead <= LONGEST)) refuse('a snooze ends within the next 90 days');
    }
    if (what.type === 'assign' && policy.people.size > 0 && !policy.people.has(what.to)) {
      const names = [...policy.people.keys()].sort().join(', ');
      refuse(`'${what.to.slice(0, 100)}' is not among the people of the team: ${names}`);
    }
  }

  return {
    list,
    describe,
    async act(scope, number, what, by) {
      const { state } = await find(scope, number);
      check(what, incidents.policyOf(state.team));
      const after = await write((turn) => {
        const known = incidents.find(number);
        if (known !== undefined && (isOpen(known) || what.type === 'comment')) {
          return incidents.act(turn, number, what, by);
        }
        if (what.type !== 'comment') {
          throw new EngineError('IncidentOver', { incident: number });
        }
        return incidents.commentOnOld(turn, state, what.text, by);
      });
      return shown(after ?? state);
    },
    async describeLink(token) {
      const link = await linkOf(token);
      const { state } = await find(ofTeam(link.team), link.incident);
      return { words: WORDS[link.act], incident: shown(state) };
    },
    async followLink(token) {
      const link = await linkOf(token);
      const { id, incident, to } = link;
      const used: Need<UsedLinkRow | undefined> = {
        key: `used link ${id}`,
        read: () => store.findRow(USED_LINKS, [id]),
      };
      return await request<ShownIncident>((settle) => ({
        refuse: settle.reject,
        needs: () => [used],
        perform: (turn) => {
          const now = time.now();
          if (turn.known(used) !== undefined || !incidents.useLink(turn, id)) {
            throw new EngineError('LinkInvalid');
          }
          const by = to === undefined ? 'somebody, by a link' : `${to}, by a link`;
          const after = incidents.act(turn, incident, actOf(link, now), by);
          if (after === undefined) throw new EngineError('IncidentOver', { incident });
          turn.afterCommit(() => settle.resolve(shown(after)));
          return 'done';
        },
      }));
    },
    async silences(scope) {
      const rows = await reads.listRows(SILENCES, {});
      const now = time.now();
      return rows.filter(({ team, ends }) => sees(scope, team) && ends > now);
    },
    async silence(team, { until, ...silence }) {
      const now = time.now();
      if (!(until > now && until <= now + LONGEST)) {
        throw new EngineError('InvalidSilence', { problem: 'it ends within the next 90 days' });
      }
      return await write((turn) => {
        if (incidents.silences.countOf(teamOf(team)) >= MOST_SILENCES) {
          throw new EngineError('InvalidSilence', {
            problem: `a team has at most ${MOST_SILENCES}`,
          });
        }
        const row = { ...silence, team: teamOf(team), begins: now, ends: until };
        return incidents.silence(turn, row);
      });
    },
    async endSilence(scope, number) {
      const row = await store.findRow(SILENCES, [number]);
      if (row === undefined || !sees(scope, row.team)) {
        throw new EngineError('SilenceNotFound', { silence: number });
      }
      await write((turn) => incidents.endSilence(turn, row));
    },
    async means(scope, days) {
      const first = Math.floor(time.now() / DAY) - days + 1;
      const teams = teamsIn(scope);
      const rows = await reads.listRows(INCIDENT_DAYS, {
        ...(teams === undefined ? {} : { where: { team: teams } }),
        above: { day: first - 1 },
      });
      return meansOf(rows);
    },
    async declare(files, broken) {
      await write((turn) => incidents.declare(turn, files, broken));
    },
    onCall(scope, days) {
      const now = time.now();
      return incidents
        .policies()
        .filter(({ team }) => sees(scope, team))
        .flatMap(({ team, rotations }) =>
          [...rotations.values()].map((rotation) => ({
            team,
            rotation: rotation.name,
            zone: rotation.zone,
            shifts: plan(rotation, now, now + days * DAY),
          })),
        );
    },
  };
}

const NOBODY = '-';

function isWanted(incident: Incident, filter: ListIncidents): boolean {
  const { owner, pipeline, level, problem, tags = [], folded = false } = filter;
  return (
    (folded || incident.cause === undefined) &&
    (owner === undefined || (incident.owner ?? NOBODY) === owner) &&
    (pipeline === undefined || incident.pipeline === pipeline) &&
    (level === undefined || incident.level === level) &&
    (problem === undefined || Object.hasOwn(incident.problems, problem)) &&
    hasTags(incident.tags, tags)
  );
}

function meansOf(rows: readonly IncidentDayRow[]): TeamMeans[] {
  const teams = new Map<string, IncidentDayRow[]>();
  for (const row of rows) teams.set(row.team, [...(teams.get(row.team) ?? []), row]);
  return [...teams].map(([team, days]) => {
    const sum = (column: Exclude<keyof IncidentDayRow, 'team' | 'day'>): number =>
      days.reduce((total, row) => total + row[column], 0);
    const [acknowledged, resolved] = [sum('acknowledged'), sum('resolved')];
    return {
      team,
      ...{ opened: sum('opened'), reopened: sum('reopened'), acknowledged, resolved },
      ...(acknowledged === 0 ? {} : { mtta: Math.round(sum('toAcknowledge') / acknowledged) }),
      ...(resolved === 0 ? {} : { mttr: Math.round(sum('toResolve') / resolved) }),
      days: days.map(({ team: _, ...day }) => day),
    };
  });
}
