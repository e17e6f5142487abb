/**
 * Groups of SALMON as entries of `watch`.
 *
 * There a thing may be in several groups, and the recipients of each are told. Here the first entry that names a thing says what it
 * is, with one value of the tag `group`. So what is in several groups at once gets an entry of its own before the others, whose value
 * names them all: `apples+fruit`. Of two wildcards of which neither holds the other, only the first counts; nobody can
 * know what they share.
 * @module
 */
import { matchesName, nameWildcard } from '../../monitoring/observed/wildcard.js';
import { KINDS, type MonitoringGroup, type SalmonKind, type WatchedResource } from './settings.js';

export interface WatchEntry {
  readonly account: string;
  readonly tags: { readonly group: string };
  readonly expect?: readonly string[];
  /** Names, under the field of their kind. */
  readonly [field: string]: unknown;
}

interface Member {
  readonly group: string;
  readonly kind: SalmonKind;
  readonly resource: WatchedResource;
}

/**
 * @param accounts what environments are called here
 * @returns the entries in their order, and the groups that each value of the tag stands for
 * @example watchEntries([{ group_name: 'a', glue_jobs: [job] }], new Map([['Dept', 'dept']])).entries[0]?.tags.group // 'a'
 */
export function watchEntries(
  groups: readonly MonitoringGroup[],
  accounts: ReadonlyMap<string, string>,
): { entries: WatchEntry[]; unions: ReadonlyMap<string, readonly string[]> } {
  const members = groups.flatMap((group) =>
    (Object.keys(KINDS) as SalmonKind[]).flatMap((kind) =>
      (group[kind] ?? []).map((resource): Member => ({ group: group.group_name, kind, resource })),
    ),
  );
  const unions = new Map<string, string[]>();
  const alike = new Map<
    string,
    { names: string[]; entry: WatchEntry; kind: SalmonKind; rank: number }
  >();
  const neighbours = new Map<string, Member[]>();
  for (const member of members) {
    const key = placeOf(member);
    const known = neighbours.get(key);
    if (known === undefined) neighbours.set(key, [member]);
    else known.push(member);
  }
  for (const member of members) {
    const { kind, resource } = member;
    const holders = (neighbours.get(placeOf(member)) ?? []).filter(
      (other) => other === member || holds(other, member),
    );
    const own = [...new Set(holders.map(({ group }) => group))];
    const value = own.join('+');
    unions.set(value, own);
    const account = accounts.get(resource.monitored_environment_name) ?? '';
    const expect = [...new Set(holders.flatMap((one) => expectedOf(one.resource)))];
    // What has its own name comes before what a wildcard finds, and what is in more groups before what is in fewer.
    const rank = own.length * 2 + (isWildcard(resource.name) ? 0 : 1);
    const key = JSON.stringify([account, kind, [...own].sort(), expect, rank]);
    const known = alike.get(key);
    if (known !== undefined) {
      if (!known.names.includes(resource.name)) known.names.push(resource.name);
      continue;
    }
    const names = [resource.name];
    const entry: WatchEntry = {
      account,
      [KINDS[kind]]: names,
      tags: { group: value },
      ...(expect.length === 0 ? {} : { expect }),
    };
    alike.set(key, { names, entry, kind, rank });
  }
  const entries = [...alike.values()].sort((a, b) => b.rank - a.rank).map(({ entry }) => entry);
  return { entries, unions };
}

function placeOf({ kind, resource }: Member): string {
  return JSON.stringify([kind, resource.monitored_environment_name]);
}

/** Whether everything that the second of a place names is named by the first, too. */
function holds({ resource: wider }: Member, { resource: { name } }: Member): boolean {
  if (wider.name === name) return true;
  // A wildcard that names whatever the other's wildcards may stand for, however long or short.
  const samples = isWildcard(name)
    ? ['', 'x', 'a-1_z'].map((part) => name.replaceAll('*', part))
    : [name];
  const pattern = nameWildcard(wider.name);
  return isWildcard(wider.name) && samples.every((sample) => matchesName(pattern, sample));
}

function isWildcard(name: string): boolean {
  return /[*?[]/.test(name);
}

function expectedOf({
  sla_seconds: sla,
  minimum_number_of_runs: least,
}: WatchedResource): string[] {
  return [
    ...(sla > 0 ? [`finishes within ${sla} seconds`] : []),
    ...(least > 0 ? [`at least ${least} runs per day`] : []),
  ];
}
