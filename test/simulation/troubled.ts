/**
 * Incidents of the simulated world, and what must have come of them:
 *
 *     I24 openings and ends of an incident alternate, it stands where its last change has led, nobody is asked twice, and no thing
 *         has two incidents at a time
 *     I25 what is wrong with each thing is what its durable results, changes and alerts say, in the order of the commits
 *     I26 what nobody has acknowledged has been escalated
 *     I27 people know of each incident what is so: messages of its opening and its end alternate, none is missing, and in a
 *         silence there is none
 *
 * I25 is told by somebody who only adds and takes away: it knows neither messages nor folding nor restarts.
 * @module
 */
import type { Engine } from '../../src/engine/engine.js';
import {
  CHECK_RESULTS,
  CHECK_SERIES,
  type CheckRow,
} from '../../src/engine/features/checks/check-tables.js';
import {
  type ChangeRow,
  EXPECTATION_CHANGES,
} from '../../src/engine/features/expectations/expectation-tables.js';
import {
  INCIDENT_CHANGES,
  INCIDENTS,
  type IncidentRow,
  POLICIES,
  SILENCES,
  type SilenceRow,
} from '../../src/engine/features/incidents/incident-tables.js';
import {
  ALERT_CHANGES,
  ALERTS,
  type AlertChangeRow,
  MONITORS,
} from '../../src/engine/features/monitors/monitor-tables.js';
import {
  type DeliveryRow,
  NOTIFICATIONS,
} from '../../src/engine/features/notifications/notification-tables.js';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import type { Commit, SynchronousStore } from '../../src/store/store.js';

const TEAM = 'team';
/** Nobody is to hear of this one's for a while after each start. */
const SILENCED = 'twin';
const MINUTE = 60_000;

const SECTIONS = {
  people: { ana: {}, ben: {} },
  owners: [{ owner: 'ana' }],
  incidents: {
    failures: 'always',
    reopen: '2 minutes',
    escalation: [{ after: '1 minute', to: 'ben' }],
  },
};

/** Says how the team wants its incidents. What fails is for the next process to make good. */
export async function declareIncidents({ incidents }: Engine, now: number): Promise<void> {
  const files = [TEAM, SILENCED].map((team) => ({
    file: `${team}.yaml`,
    team,
    sections: SECTIONS,
  }));
  await incidents.declare(files, []).catch(() => {});
  const silence = { tags: {}, until: now + MINUTE, actor: 'ana', reason: 'moving' };
  await incidents.silence(ofTeam(SILENCED), silence).catch(() => {});
}

/** What was durable, in the order of the commits. */
type Heard =
  | { readonly type: 'result'; readonly row: CheckRow; readonly counts: boolean }
  | { readonly type: 'change'; readonly row: ChangeRow }
  | { readonly type: 'alert'; readonly row: AlertChangeRow };

export class IncidentsTold {
  readonly #heard: Heard[] = [];
  readonly violations: string[] = [];
  /** Numbers of incidents that are not over, by their thing. */
  readonly #open: Map<string, Set<number>> = new Map();
  readonly #silences: SilenceRow[] = [];
  readonly #silenced: string[] = [];
  #isMonitored = false;
  #isDeclared = false;

  committed(commit: Commit): void {
    for (const { table, row } of commit.rows) {
      if (row === undefined) continue;
      if (table === CHECK_RESULTS) {
        const isLeft = this.#isMonitored && (row as CheckRow).team === TEAM;
        const counts = this.#isDeclared || !isLeft;
        this.#heard.push({ type: 'result', row: row as CheckRow, counts });
      }
      if (table === EXPECTATION_CHANGES)
        this.#heard.push({ type: 'change', row: row as ChangeRow });
      if (table === ALERT_CHANGES) this.#heard.push({ type: 'alert', row: row as AlertChangeRow });
      if (table === MONITORS) this.#isMonitored = true;
      if (table === POLICIES) this.#isDeclared = true;
      if (table === INCIDENTS) this.#incident(row as IncidentRow);
      if (table === SILENCES) this.#silences.push(row as SilenceRow);
      if (table === NOTIFICATIONS) this.#message(row as DeliveryRow);
    }
    for (const [thing, numbers] of this.#open) {
      if (numbers.size < 2) continue;
      this.violations.push(`I24 ${thing} has the incidents ${[...numbers].join(', ')} at a time`);
    }
  }

  #message({ incident, team, message, createdAt }: Partial<DeliveryRow>): void {
    if (incident === undefined || createdAt === undefined) return;
    const isSilent = this.#silences.some(
      ({ team: of, begins, ends }) => of === team && begins < createdAt && createdAt < ends,
    );
    // Those that were made before it are on their way.
    if (isSilent) this.#silenced.push(`I27 ${message?.key} was told in a silence`);
  }

  #incident({ number, team, thing, status }: IncidentRow): void {
    const place = `${team} ${thing}`;
    const numbers = this.#open.get(place) ?? new Set();
    if (status === 'RESOLVED') numbers.delete(number);
    else numbers.add(number);
    this.#open.set(place, numbers);
  }

  /** What is wrong at the end, in words. */
  atEnd(store: SynchronousStore, now: number): string[] {
    const all = { order: { by: ['number'] }, limit: 1_000_000 } as const;
    const rows = store.listRows(INCIDENTS, all);
    return [
      ...this.violations,
      ...chainsBroken(store, rows),
      ...this.#differs(store, rows),
      ...notEscalated(
        // A declaration that failed is made good by nobody here.
        rows.filter(({ team }) => store.listRows(POLICIES, { where: { team } }).length > 0),
        now,
      ),
      ...this.#silenced,
      ...notTold(store, rows, now),
    ];
  }

  #differs(store: SynchronousStore, rows: readonly IncidentRow[]): string[] {
    const series = new Map(
      store.listRows(CHECK_SERIES).map((row): [number, string] => [row.number, row.subject]),
    );
    const groups = new Map(
      store.listRows(ALERTS).map((row): [number, string] => [row.number, row.name]),
    );
    const wrong = new Set<string>();
    for (const heard of this.#heard) {
      const [problem, is] = said(heard, series, groups);
      if (is === 'bad') wrong.add(problem);
      else if (is === 'good') wrong.delete(problem);
    }
    const found = new Set(
      rows
        .filter(
          ({ live, status, state }) =>
            live === 'yes' && (status !== 'RESOLVED' || state.lookAgainAt !== undefined),
        )
        .flatMap(({ subject, state }) =>
          Object.keys(state.problems).map((problem) =>
            problem.startsWith('monitor ') ? problem : `${subject} ${problem}`,
          ),
        ),
    );
    const lost = [...wrong].filter((one) => !found.has(one));
    const odd = [...found].filter((one) => !wrong.has(one));
    return lost.length + odd.length === 0
      ? []
      : [`I25 lost ${lost.join(', ') || 'nothing'}; odd ${odd.join(', ') || 'nothing'}`];
  }
}

/** What one thing that was heard says of which problem. */
function said(
  heard: Heard,
  series: ReadonlyMap<number, string>,
  groups: ReadonlyMap<number, string>,
): [problem: string, is: 'bad' | 'good' | 'nothing'] {
  switch (heard.type) {
    case 'result': {
      const { status, series: of } = heard.row;
      const problem = `${series.get(of) ?? ''} run`;
      if (status === 'OK') return [problem, 'good'];
      return [problem, status === 'CRITICAL' && heard.counts ? 'bad' : 'nothing'];
    }
    case 'change': {
      const { subject, sentence, state } = heard.row;
      const problem = `${subject} expect ${sentence}`;
      if (state === 'LATE' || state === 'MISSING') return [problem, 'bad'];
      return [problem, state === 'DUE' ? 'nothing' : 'good'];
    }
    case 'alert': {
      const { type, monitor, alert } = heard.row;
      const isOver = type === 'RECOVERED' || type === 'ENDED';
      return [`monitor ${monitor}/${groups.get(alert) ?? ''}`, isOver ? 'good' : 'bad'];
    }
  }
}

const OPENS: ReadonlySet<string> = new Set(['OPENED', 'REOPENED', 'UNFOLDED']);

function chainsBroken(store: SynchronousStore, rows: readonly IncidentRow[]): string[] {
  return rows.flatMap(({ number, status }) => {
    const changes = store.listRows(INCIDENT_CHANGES, { where: { incident: number } });
    const ends = changes.filter(({ type }) => OPENS.has(type) || type === 'RESOLVED');
    const isSound = ends.every(({ type }, index) => OPENS.has(type) === (index % 2 === 0));
    const last = ends.at(-1)?.type ?? 'nothing';
    const stands = isSound && (last === 'RESOLVED') === (status === 'RESOLVED');
    const told = changes.map(({ type }) => type).join(' ');
    const isAskedTwice = /ESCALATED((?! REOPENED| UNFOLDED).)* ESCALATED/.test(told);
    if (stands && changes[0]?.type === 'OPENED' && !isAskedTwice) return [];
    return [`I24 incident ${number} is ${status} after ${told}`];
  });
}

const TELLS: ReadonlySet<string> = new Set(['opened', 'reopened', 'resolved']);

function notTold(store: SynchronousStore, rows: readonly IncidentRow[], now: number): string[] {
  const silences = store.listRows(SILENCES).filter(({ ends }) => ends + MINUTE > now);
  const told = new Map<number, string[]>();
  for (const { incident, kind } of store.listRows(NOTIFICATIONS)) {
    if (incident !== undefined && TELLS.has(kind)) {
      told.set(incident, [...(told.get(incident) ?? []), kind]);
    }
  }
  return rows.flatMap(({ number, team, state }) => {
    const kinds = told.get(number) ?? [];
    const isInTurn = kinds.every((kind, index) => (kind === 'resolved') === (index % 2 === 1));
    const last = kinds.at(-1);
    const known = last === undefined ? 'nothing' : last === 'resolved' ? 'over' : 'open';
    const isOpen = state.status !== 'RESOLVED';
    const isOwed = isOpen ? state.cause === undefined && known !== 'open' : known === 'open';
    const isLate = state.since + MINUTE < now && !silences.some((one) => one.team === team);
    if (isInTurn && known === state.told && !(isOwed && isLate)) return [];
    return [
      `I27 of incident ${number}, ${state.status}, people know ${kinds.join(' ') || 'nothing'}`,
    ];
  });
}

function notEscalated(rows: readonly IncidentRow[], now: number): string[] {
  return rows.flatMap(({ number, state }) => {
    const { status, since, steps, cause } = state;
    const isDue = status === 'OPEN' && cause === undefined && since + 2 * MINUTE < now;
    return isDue && steps !== 1 ? [`I26 incident ${number} was escalated ${steps} times`] : [];
  });
}
