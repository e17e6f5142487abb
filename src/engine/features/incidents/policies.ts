/**
 * How each team wants its incidents: what its files say, durably, so that after a restart whatever comes before the folder was read
 * again has its owner.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { defaultPolicy, type IncidentPolicy } from '../../../monitoring/incidents/policy.js';
import { policyOf } from '../../../pipelines/team-file/incident-sections.js';
import type { SealedStore } from '../../kernel/masking/sealed-store.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { POLICIES, type PolicyRow } from './incident-tables.js';

/** Sections of a team's file that are about incidents. */
const OURS = ['people', 'rotations', 'owners', 'incidents'] as const;

/** What one file declares. */
export interface PolicyFile {
  readonly file: string;
  readonly team: string;
  readonly sections: { readonly [name: string]: unknown };
}

export class Policies {
  readonly #rows: RowMap<PolicyRow>;
  readonly #known: Map<string, IncidentPolicy> = new Map();
  /** Files of each team. */
  readonly #files: Map<string, Map<string, PolicyRow>> = new Map();

  /** @param changed hears of a team that wants something else, also because a turn failed */
  constructor(changed: (team: string) => void) {
    this.#rows = new RowMap(POLICIES, ([team = '', file = ''], row) => {
      const files = this.#files.get(String(team)) ?? new Map<string, PolicyRow>();
      if (row === undefined) files.delete(String(file));
      else files.set(String(file), row);
      this.#files.set(String(team), files);
      this.#known.delete(String(team));
      changed(String(team));
    });
  }

  open(store: SealedStore): Promise<void> {
    return this.#rows.open(store);
  }

  of(team: string): IncidentPolicy {
    const known = this.#known.get(team);
    if (known !== undefined) return known;
    const files = [...(this.#files.get(team)?.values() ?? [])];
    const policy = files.length === 0 ? defaultPolicy(team) : policyOf(team, merged(files));
    this.#known.set(team, policy);
    return policy;
  }

  /** Of teams that have said something. */
  all(): IncidentPolicy[] {
    return [...this.#files].filter(([, files]) => files.size > 0).map(([team]) => this.of(team));
  }

  /**
   * The files of the folder declare these, and no others.
   * @param broken files with mistakes: what they declared before goes on
   * @returns teams that want something else than before
   */
  declare(turn: Turn, files: readonly PolicyFile[], broken: readonly string[]): Set<string> {
    const changed = new Set<string>();
    const declared = new Map(
      files.flatMap(({ file, team, sections }): [string, PolicyRow][] => {
        const ours = Object.entries(sections).filter(([name]) => isOurs(name));
        if (ours.length === 0) return [];
        const row = { team, file, sections: Object.fromEntries(ours) as JsonObject };
        return [[JSON.stringify([team, file]), row]];
      }),
    );
    for (const { team, file } of [...this.#rows.values()]) {
      if (declared.has(JSON.stringify([team, file])) || broken.includes(file)) continue;
      this.#rows.delete(turn, team, file);
      changed.add(team);
    }
    for (const row of declared.values()) {
      const before = this.#rows.get(row.team, row.file);
      if (JSON.stringify(before?.sections) === JSON.stringify(row.sections)) continue;
      this.#rows.put(turn, row);
      changed.add(row.team);
    }
    return changed;
  }
}

function isOurs(name: string): boolean {
  return (OURS as readonly string[]).includes(name);
}

/** Several files of one team together, in the order of their names: lists one after the other, the rest side by side. */
function merged(files: readonly PolicyRow[]): { [name: string]: unknown } {
  const all: { [name: string]: unknown } = {};
  for (const { sections } of [...files].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    for (const [name, section] of Object.entries(sections)) {
      const known = all[name];
      if (Array.isArray(known) && Array.isArray(section)) all[name] = [...known, ...section];
      else if (known === undefined) all[name] = section;
      else all[name] = { ...(known as object), ...(section as object) };
    }
  }
  return all;
}
