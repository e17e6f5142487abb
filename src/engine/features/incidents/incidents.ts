/**
 * Makes one incident of each trouble, with one owner, and keeps it until it is over.
 *
 *     CheckReported, ExpectationChanged, AlertChanged ──▶ signal ──▶ the incident of its thing: opened, worse, over
 *                                                                      │ upstream in trouble? folded in there
 *     acknowledge, assign, snooze …; time passes ──the one alarm───────┤
 *                                                                      └──▶ rows, a fact, an event, messages to people
 *
 * What an incident means is in `src/monitoring/incidents`; here is where incidents stand, durably, each change in the commit
 * of what causes it: a message that somebody is owed exists as soon as its cause does. Something good of a thing that has no
 * incident costs one look into a map.
 * @module
 */

import type { CheckResult } from '../../../monitoring/check-result.js';
import { causeOf, effectsOf } from '../../../monitoring/incidents/fold.js';
import {
  type Incident,
  type IncidentOutcome,
  type IncidentTransition,
  isOpen,
} from '../../../monitoring/incidents/incident.js';
import {
  act,
  closeWith,
  foldInto,
  hearBad,
  hearGood,
  type IncidentAct,
  open,
  standAlone,
  without,
} from '../../../monitoring/incidents/lifecycle.js';
import { ownerOf } from '../../../monitoring/incidents/owner.js';
import type { IncidentPolicy } from '../../../monitoring/incidents/policy.js';
import {
  CHANNEL,
  type Ended,
  type Signal,
  signalOfAlert,
  signalOfChannel,
  signalOfExpectation,
  signalOfResult,
  signalOfWatcher,
  thingOf,
} from '../../../monitoring/incidents/signal.js';
import { nextLook, ownedAnew, pass, tell } from '../../../monitoring/incidents/telling.js';
import type { AlertChange } from '../../../monitoring/monitors/alert.js';
import { parseSubjectKey, shortName, subjectKey } from '../../../monitoring/subject.js';
import type { AnyTable } from '../../../store/table.js';
import { DueRounds } from '../../kernel/due-rounds.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import { GOOD_FOR, linksFor } from './action-links.js';
import { endedExecution } from './ended-execution.js';
import { IncidentBook } from './incident-book.js';
import { messageOf } from './incident-message.js';
import { newsOf } from './incident-news.js';
import { IncidentShelf } from './incident-shelf.js';
import {
  INCIDENT_CHANGES,
  INCIDENT_DAYS,
  INCIDENTS,
  POLICIES,
  SILENCES,
  type SilenceRow,
  USED_LINKS,
} from './incident-tables.js';
import type { IncidentPeers } from './peers.js';
import { Policies, type PolicyFile } from './policies.js';
import { Silences } from './silences.js';

export class Incidents implements Feature {
  readonly name = 'incidents';
  readonly tables: readonly AnyTable[] = [
    ...[INCIDENTS, INCIDENT_CHANGES, SILENCES, INCIDENT_DAYS, POLICIES],
    USED_LINKS,
  ];
  readonly silences: Silences;
  readonly #kernel: Kernel;
  readonly #peers: IncidentPeers;
  readonly #url: () => string | undefined;
  readonly #book: IncidentBook;
  readonly #shelf: IncidentShelf;
  readonly #rounds: DueRounds<number>;
  readonly #usedNow: TurnMap<string, true> = new TurnMap();
  readonly #policies: Policies;

  /** @param url where the console is, once it is known */
  constructor(kernel: Kernel, peers: IncidentPeers, url: () => string | undefined) {
    this.#kernel = kernel;
    this.#peers = peers;
    this.#url = url;
    this.#book = new IncidentBook((turn, change, { pipeline }) => {
      kernel.hooks.tell(turn, { type: 'IncidentChanged', change });
      peers.tell(turn, change);
      turn.afterCommit(() => kernel.feed.publish([newsOf(change, pipeline)]));
    });
    this.#rounds = new DueRounds(kernel, {
      nextOf: (number) => this.#nextOf(number),
      judge: (turn, number, now) => this.#look(turn, number, now),
      changed: () => kernel.dueChanged(this),
    });
    this.#shelf = new IncidentShelf((number) => this.#rounds.schedule(number));
    const lookAgain = (incidents: Iterable<Incident>): void => {
      for (const { number } of incidents) this.#rounds.schedule(number);
    };
    this.silences = new Silences(() => lookAgain(this.#shelf.values()));
    this.#policies = new Policies((team) => lookAgain(this.#shelf.ofTeam(team)));
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    await this.#book.open(store);
    await this.silences.open(store);
    await this.#policies.open(store);
    for (const { state } of await store.listRows(INCIDENTS, { where: { live: 'yes' } })) {
      this.#shelf.remember(state);
    }
  }

  begin(): void {
    this.#rounds.begin();
  }

  close(): void {
    this.#rounds.close();
  }

  nextDue(): number | undefined {
    return this.#rounds.nextDue();
  }

  due(): void {
    this.#rounds.due();
  }

  get aging(): ReturnType<IncidentBook['aging']> {
    return this.#book.aging(this.#kernel.store);
  }

  heard(turn: Turn, fact: Fact): void {
    switch (fact.type) {
      case 'CheckReported': {
        const { result, series, execution } = fact;
        // How it stands is known already.
        if (fact.isLate === true) return;
        // The usual: it is good, and it was.
        if (result.status === 'OK' && this.#shelf.size === 0) return;
        if (result.status === 'CRITICAL' && !this.#isIncident(result.team, series)) return;
        const ended =
          execution === undefined ? this.#answeredFor(result) : endedExecution(execution);
        this.#heard(turn, signalOfResult(result, ended));
        return;
      }
      case 'ExpectationChanged':
        this.#heard(turn, signalOfExpectation(fact.change));
        return;
      case 'AlertChanged': {
        this.#heard(turn, this.#signalOfAlert(fact.change));
        return;
      }
      case 'ChannelChanged': {
        const { accountId: account, region } = this.#kernel.arns.identity;
        const at = this.#kernel.time.now();
        this.#heard(turn, signalOfChannel(fact.change, { account, region }, at));
        return;
      }
      case 'WatcherChanged': {
        const { accountId: account, region } = this.#kernel.arns.identity;
        const at = this.#kernel.time.now();
        this.#heard(turn, signalOfWatcher(fact.change, { account, region }, at));
        return;
      }
      default:
    }
  }

  /** An alert may be caused by one thing and ended by another: it stays with the incident that it was first of. */
  #signalOfAlert(change: AlertChange): Signal {
    const { accountId: account, region } = this.#kernel.arns.identity;
    const subject = change.subject === undefined ? undefined : parseSubjectKey(change.subject);
    const signal = signalOfAlert(change, subject, { account, region });
    const known = this.#shelf.withAlert(change.team, signal.problem);
    return known === undefined ? signal : { ...signal, subject: known.subject, tags: known.tags };
  }

  /** Whether a failure is one by itself, or left to the monitor that watches it. */
  #isIncident(team: string, series: number): boolean {
    const { failures } = this.policyOf(team);
    if (failures === 'unless-monitored') return !this.#peers.isMonitored(series);
    return failures === 'always';
  }

  policyOf(team: string): IncidentPolicy {
    return this.#policies.of(team);
  }

  /** Teams want their incidents as these files say, and nobody otherwise. */
  declare(turn: Turn, files: readonly PolicyFile[], broken: readonly string[]): void {
    const now = this.#kernel.time.now();
    for (const team of this.#policies.declare(turn, files, broken)) {
      const policy = this.policyOf(team);
      for (const incident of this.#shelf.ofTeam(team)) {
        this.#save(turn, { incident: ownedAnew(incident, policy, now), transitions: [] });
      }
    }
  }

  /** One that something may still become of, in the turn that runs now. */
  find(number: number): Incident | undefined {
    return this.#shelf.get(number);
  }

  /** As the store has them: those that something may still become of. */
  live(): Incident[] {
    return this.#shelf.durable();
  }

  foldedInto(number: number): Incident[] {
    return this.#shelf.foldedInto(number);
  }

  /** What somebody does to one. @returns how it is then; undefined when nothing can be done to it any more */
  act(turn: Turn, number: number, what: IncidentAct, by: string): Incident | undefined {
    const before = this.#shelf.get(number);
    if (before === undefined) return undefined;
    const now = this.#kernel.time.now();
    const outcome = act(before, what, by, now);
    this.#save(turn, outcome);
    if (isOpen(before) && !isOpen(outcome.incident)) this.#closeFolded(turn, outcome.incident, now);
    return this.#shelf.get(number);
  }

  /** A click of a message is used up. @returns false when another input of this turn has used it */
  useLink(turn: Turn, id: string): boolean {
    if (this.#usedNow.has(id)) return false;
    this.#usedNow.setForTurn(turn, id, true);
    const usedAt = this.#kernel.time.now();
    turn.put(USED_LINKS, { id, usedAt });
    // What is older opens nothing any more, used or not.
    turn.removeRange(USED_LINKS, { where: {}, column: 'usedAt', upTo: usedAt - GOOD_FOR });
    return true;
  }

  /** One that nothing can become of any more is talked about all the same. */
  commentOnOld(turn: Turn, incident: Incident, text: string, by: string): Incident {
    const outcome = act(incident, { type: 'comment', text }, by, this.#kernel.time.now());
    this.#book.rest(turn, incident, outcome.transitions);
    return incident;
  }

  /** Of teams that have said how they want their incidents. */
  policies(): IncidentPolicy[] {
    return this.#policies.all();
  }

  /** Nobody is to hear of some things for a time. */
  silence(turn: Turn, silence: Omit<SilenceRow, 'number'>): SilenceRow {
    const now = this.#kernel.time.now();
    this.silences.removeEnded(turn, silence.team, now);
    const row = this.silences.add(turn, silence);
    this.#tellAnew(turn, silence.team);
    return row;
  }

  endSilence(turn: Turn, { number, team }: SilenceRow): void {
    this.silences.remove(turn, number);
    this.#tellAnew(turn, team);
  }

  /** What is held back, or is no longer, is another. */
  #tellAnew(turn: Turn, team: string): void {
    for (const incident of this.#shelf.ofTeam(team)) {
      this.#save(turn, { incident, transitions: [] });
    }
  }

  #answeredFor({ team, subject }: CheckResult): Ended {
    const owner = this.#peers.ownerOf(team, subject);
    return owner === undefined ? {} : { owner };
  }

  #heard(turn: Turn, signal: Signal | undefined): void {
    if (signal === undefined) return;
    const { team, at } = signal;
    const policy = this.policyOf(team);
    const thing = thingOf(signal, policy.by);
    const known = this.#shelf.ofThing(team, thing);
    if (signal.is === 'good') {
      if (known === undefined) return;
      const outcome = hearGood(known, signal);
      if (outcome.incident === known) return;
      this.#save(turn, outcome);
      if (isOpen(known) && !isOpen(outcome.incident)) this.#closeFolded(turn, outcome.incident, at);
      return;
    }
    const owner = (): ReturnType<typeof ownerOf> => ownerOf(policy, signal, at);
    const isOld = known !== undefined && this.#isOld(known, policy, at);
    if (isOld) this.#rest(turn, known);
    const outcome =
      known === undefined || isOld
        ? open({ number: this.#book.nextNumber(), thing, owner: owner() }, signal)
        : hearBad(known, signal);
    const before = isOld ? undefined : known;
    const isNew = before === undefined || !isOpen(before);
    const isOther = before?.last.kind !== outcome.incident.last.kind;
    if (isNew || isOther) this.#fold(turn, outcome, at);
    else this.#save(turn, outcome);
  }

  /** One that was closed with its cause and is still to be looked at is not. */
  #isOld(incident: Incident, { reopenWithin }: IncidentPolicy, at: number): boolean {
    const { resolvedAt = at, status, lookAgainAt } = incident;
    return status === 'RESOLVED' && lookAgainAt === undefined && at - resolvedAt > reopenWithin;
  }

  /** Finds what explains an incident, or what it explains, and saves all of them. */
  #fold(turn: Turn, { incident, transitions }: IncidentOutcome, at: number): void {
    const subject = subjectKey(incident.subject);
    const openOf = (key: string): Incident[] => this.#shelf.openOf(key);
    const cause =
      incident.cause === undefined
        ? causeOf(incident, subject, this.#peers.neighbours, openOf, (one) => this.#shelf.get(one))
        : undefined;
    if (cause !== undefined) {
      const folded = foldInto(incident, cause, at);
      const all = [...transitions, ...folded.transitions];
      // What was folded into it has the same root.
      for (const one of this.#shelf.foldedInto(incident.number)) {
        this.#save(turn, { incident: { ...one, cause: cause.number }, transitions: [] });
      }
      this.#save(turn, { incident: folded.incident, transitions: all });
      this.#gather(turn, cause.number, [folded.incident], at);
      return;
    }
    const effects =
      incident.cause === undefined && this.#shelf.size > 0
        ? effectsOf(incident, subject, this.#peers.neighbours, openOf)
        : [];
    // Before its own message goes out it is known what is folded in.
    for (const effect of effects) {
      for (const one of this.#shelf.foldedInto(effect.number)) {
        this.#save(turn, { incident: { ...one, cause: incident.number }, transitions: [] });
      }
      this.#save(turn, foldInto(effect, incident, at));
    }
    this.#save(turn, { incident, transitions });
    this.#gather(turn, incident.number, effects, at);
  }

  /** Says in the timeline of a cause what is folded in. */
  #gather(turn: Turn, number: number, effects: readonly Incident[], at: number): void {
    const cause = this.#shelf.get(number);
    if (cause === undefined || effects.length === 0) return;
    const transitions = effects.map(
      (effect): IncidentTransition => ({
        type: 'GATHERED',
        at,
        words: `#${effect.number} comes of it: ${effect.last.words}`,
        other: effect.number,
      }),
    );
    this.#save(turn, { incident: cause, transitions });
  }

  #closeFolded(turn: Turn, cause: Incident, at: number): void {
    const lookAgainAt = at + this.policyOf(cause.team).reopenWithin;
    for (const one of this.#shelf.foldedInto(cause.number)) {
      if (isOpen(one)) this.#save(turn, closeWith(one, cause, at, lookAgainAt));
    }
  }

  /** Time has passed for one. */
  #look(turn: Turn, number: number, now: number): void {
    const before = this.#shelf.get(number);
    if (before === undefined) return;
    const policy = this.policyOf(before.team);
    const { status, lookAgainAt, problems, told } = before;
    const isStillBad = lookAgainAt !== undefined && Object.keys(problems).length > 0;
    if (lookAgainAt !== undefined && !isStillBad && lookAgainAt <= now) {
      this.#rest(turn, without(before, 'lookAgainAt'));
    } else if (status === 'RESOLVED' && isStillBad && lookAgainAt <= now) {
      this.#fold(turn, standAlone(before, now), now);
    } else if (status === 'RESOLVED' && told !== 'open' && this.#isOld(before, policy, now + 1)) {
      this.#rest(turn, before);
    } else {
      const until = this.silences.until(before, now);
      this.#save(turn, pass(before, policy, now, until));
    }
  }

  #nextOf(number: number): number | undefined {
    const incident = this.#shelf.get(number);
    if (incident === undefined) return undefined;
    const now = this.#kernel.time.now();
    const until = this.silences.until(incident, now);
    return nextLook(incident, this.policyOf(incident.team), now, until);
  }

  /** Nothing can become of it any more: the next trouble of its thing is another incident. */
  #rest(turn: Turn, incident: Incident): void {
    this.#book.rest(turn, incident);
    this.#shelf.drop(turn, incident.number);
  }

  /** What a channel does not deliver is not told by that channel. */
  #waysFor({ team, subject }: Incident, asked: readonly string[] | undefined) {
    if (subject.kind !== CHANNEL) return asked;
    const name = shortName(subject);
    const others = (asked ?? this.#peers.waysOf(team)).filter((way) => way !== name);
    return others.length === 0 ? this.#peers.waysOf(team).slice(0, 1) : others;
  }

  /** An incident as it is now goes into the turn, with what people are told of it. */
  #save(turn: Turn, { incident, transitions }: IncidentOutcome): void {
    // What is heard of late is told now: a silence of now is what holds it back.
    const at = this.#kernel.time.now();
    const policy = this.policyOf(incident.team);
    const until = this.silences.until(incident, at);
    const told = tell(incident, transitions, policy, at, until);
    const before = this.#shelf.get(incident.number);
    if (told.incident === before && transitions.length === 0) return;
    const messages = (before?.messages ?? 0) + told.tellings.length;
    const after = messages === incident.messages ? told.incident : { ...told.incident, messages };
    this.#shelf.set(turn, after);
    this.#book.write(turn, after, transitions);
    const { encryption } = this.#kernel;
    for (const [index, telling] of told.tellings.entries()) {
      const nth = messages - told.tellings.length + index + 1;
      const folded = this.#shelf.foldedInto(incident.number).length;
      const url = this.#url();
      const key = `incident-${incident.number}-${nth}`;
      const actions = url === undefined ? [] : linksFor(after, key, at, encryption, url);
      const message = messageOf(after, telling, key, at, { url, folded, actions });
      const channels = this.#waysFor(after, telling.transition?.channels);
      this.#peers.notify(turn, {
        ...{ team: incident.team, message, incident: incident.number },
        ...(after.pipeline === undefined ? {} : { pipeline: after.pipeline }),
        ...(after.owner === undefined ? {} : { owner: after.owner }),
        ...(channels === undefined ? {} : { channels }),
        ...(after.owner === undefined ? {} : { people: [after.owner] }),
      });
    }
  }
}
