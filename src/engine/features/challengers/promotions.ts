/**
 * What was promoted over a file: so that the next reading of the file does not undo it.
 *
 *     promoted ──▶ the file still says what was before: it is held back, and that is told as drift
 *       the file says what was promoted, or anything else ──▶ it is deployed as always, and the note is gone
 *
 * Written in the commit before the candidate becomes current: whatever is read in between is held back already.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../../asl/json.js';
import type { PipelineRef, Store } from '../../../store/store.js';
import type { PipelineDeployment } from '../../kernel/deployment.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { PROMOTIONS, type PromotionRow } from './challenger-tables.js';

/** What is done with what a file says. */
export type FileStanding = 'deploy' | 'hold back';

export class Promotions {
  readonly #rows: RowMap<PromotionRow> = new RowMap(PROMOTIONS);

  open(store: Pick<Store, 'listRows'>): Promise<void> {
    return this.#rows.open(store);
  }

  find({ team, name }: PipelineRef): PromotionRow | undefined {
    return this.#rows.durable(team, name);
  }

  /** Those whose files are older than what is current. */
  all(): PromotionRow[] {
    return this.#rows.durableValues();
  }

  note(turn: Turn, row: PromotionRow): void {
    this.#rows.put(turn, row);
  }

  forget(turn: Turn, { team, name }: PipelineRef): void {
    if (this.#rows.get(team, name) !== undefined) this.#rows.delete(turn, team, name);
  }

  /** What is to become of what a file says now. */
  standingOf(deployment: PipelineDeployment): FileStanding {
    const note = this.find(deployment);
    return note?.replaced === deploymentDigest(deployment) ? 'hold back' : 'deploy';
  }
}

/** The same for two deployments that say the same. */
export function deploymentDigest(deployment: PipelineDeployment | JsonObject): string {
  const { name, team, tags, input, definition, bindings, folder, sections, format, stateMachine } =
    deployment as PipelineDeployment;
  const said = {
    name,
    team,
    tags,
    input,
    definition,
    bindings,
    folder,
    sections,
    format,
    stateMachine,
  };
  const plain = JSON.parse(JSON.stringify(said)) as Json;
  return createHash('sha256')
    .update(JSON.stringify(sorted(plain)))
    .digest('hex');
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject).map(([name, one]): [string, Json] => [
    name,
    sorted(one),
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
