/**
 * What teams' files ask to watch, durably: who watches a thing, and what of it is said about it.
 *
 * A team may watch only accounts that the accounts file lets it (`teams`): what it asks for beyond that counts for nothing, and
 * is told as a problem of its file.
 * @module
 */
import type { Aws, AwsAccount } from '../../../aws/aws.js';
import type { ObservedKind } from '../../../monitoring/observed/observed-run.js';
import { type PatternWatch, readPattern } from '../../../monitoring/observed/pattern-runs.js';
import { matchesName } from '../../../monitoring/observed/wildcard.js';
import {
  WATCH_SECTION,
  type WatchPlan,
  watchPlans,
} from '../../../pipelines/team-file/watch-section.js';
import type { SealedStore } from '../../kernel/masking/sealed-store.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { WATCH_SECTIONS, type WatchSectionRow } from './observer-tables.js';

/** What one file declares. */
export interface WatchSectionFile {
  readonly file: string;
  readonly team: string;
  readonly sections: { readonly [name: string]: unknown };
}

/** An entry of a team's file with the account that it is about. */
export interface ActivePlan extends WatchPlan {
  readonly team: string;
  readonly of: AwsAccount;
  readonly seenRegions: readonly string[];
  readonly watches: readonly PatternWatch[];
}

/** Something in a file that counts for nothing. */
export interface RefusedWatch {
  readonly file: string;
  readonly problem: string;
}

export class WatchPlans {
  readonly #rows: RowMap<WatchSectionRow>;
  readonly #aws: Pick<Aws, 'accounts'> | undefined;
  #all: readonly ActivePlan[] | undefined;
  readonly #ofTeam: Map<string, readonly ActivePlan[]> = new Map();

  constructor(aws: Pick<Aws, 'accounts'> | undefined) {
    this.#aws = aws;
    this.#rows = new RowMap(WATCH_SECTIONS, () => this.#forget());
  }

  open(store: SealedStore): Promise<void> {
    return this.#rows.open(store);
  }

  /** Accounts of this server that have these 12 digits. */
  accountsOf(digits: string): AwsAccount[] {
    return (this.#aws?.accounts() ?? []).filter(({ account }) => account === digits);
  }

  accountNamed(name: string): AwsAccount | undefined {
    return this.#aws?.accounts().find((one) => one.name === name);
  }

  all(): readonly ActivePlan[] {
    this.#all ??= [...this.#rows.values()].flatMap(({ team, written }) =>
      watchPlans(written).flatMap((plan) => this.#active(team, plan) ?? []),
    );
    return this.#all;
  }

  ofTeam(team: string): readonly ActivePlan[] {
    const known = this.#ofTeam.get(team) ?? this.all().filter((plan) => plan.team === team);
    this.#ofTeam.set(team, known);
    return known;
  }

  /** The entry of a team that a thing is watched by, the first that names it. */
  planFor(
    team: string,
    thing: { place: string; region: string; kind: string; name: string },
  ): ActivePlan | undefined {
    return this.ofTeam(team).find((plan) => watches(plan, thing));
  }

  /**
   * The files of the folder declare these, and no others.
   * @param broken files with mistakes: what they declared goes on
   * @returns what counts for nothing, because the account is unknown or not the team's to see
   */
  declare(
    turn: Turn,
    files: readonly WatchSectionFile[],
    broken: readonly string[],
  ): RefusedWatch[] {
    const declared = new Map<string, WatchSectionRow>();
    const refused: RefusedWatch[] = [];
    for (const { file, team, sections } of files) {
      const written = sections[WATCH_SECTION.name];
      if (written === undefined) continue;
      declared.set(JSON.stringify([team, file]), {
        team,
        file,
        written: written as WatchSectionRow['written'],
      });
      for (const plan of watchPlans(written)) {
        const problem = this.#problemOf(team, plan);
        if (problem !== undefined) refused.push({ file, problem });
      }
    }
    for (const { team, file } of [...this.#rows.values()]) {
      const isGone = !declared.has(JSON.stringify([team, file])) && !broken.includes(file);
      if (isGone) this.#rows.delete(turn, team, file);
    }
    for (const row of declared.values()) {
      const known = this.#rows.get(row.team, row.file)?.written;
      if (JSON.stringify(known) !== JSON.stringify(row.written)) this.#rows.put(turn, row);
    }
    return refused;
  }

  #problemOf(team: string, { account, regions = [] }: WatchPlan): string | undefined {
    const of = this.accountNamed(account);
    if (of === undefined) return `watch: this server knows no account "${account.slice(0, 80)}"`;
    if (!mayWatch(of, team)) {
      return `watch: the accounts file does not let team "${team}" see account "${of.name}"`;
    }
    const unknown = regions.find((region) => !of.regions.includes(region));
    return unknown === undefined
      ? undefined
      : `watch: account "${of.name}" has no region ${unknown} in the accounts file`;
  }

  #active(team: string, plan: WatchPlan): ActivePlan | undefined {
    const of = this.accountNamed(plan.account);
    if (of === undefined || !mayWatch(of, team)) return undefined;
    const seenRegions = of.regions.filter((one) => plan.regions?.includes(one) ?? true);
    const watches = plan.patterns.flatMap((written) => {
      const read = readPattern(written);
      return 'watch' in read ? [read.watch] : [];
    });
    return { ...plan, team, of, seenRegions, watches };
  }

  #forget(): void {
    this.#all = undefined;
    this.#ofTeam.clear();
  }
}

function mayWatch({ teams }: AwsAccount, team: string): boolean {
  return teams === '*' || teams.includes(team);
}

function watches(
  plan: ActivePlan,
  { place, region, kind, name }: { place: string; region: string; kind: string; name: string },
): boolean {
  if (plan.of.name !== place || !plan.seenRegions.includes(region)) return false;
  const named = plan.names.get(kind as ObservedKind);
  if (named !== undefined) return named.some((wildcard) => matchesName(wildcard, name));
  return plan.watches.some((one) => one.kind === kind);
}
