/**
 * Secrets of teams: set and removed by name, used by tasks and channels, answered to nobody.
 *
 *     millrace secret set ──▶ sealed ──commit──▶ row                       task begins ──▶ hooks.secrets.value(team, name)
 *                                                 │                                          │ the store, then each source
 *     files, commands, AWS ───────────────────────┴──────────────────────────────────────────┴──▶ told to whoever masks ──▶ used
 *
 * A value is sealed together with whose it is and its name, so a row that somebody puts in another's place opens nothing.
 * Every value that is seen here is declared to the registry first. What is too short to be found again could not be masked,
 * so it is refused. Teams share nothing: the same name is another secret in each.
 * @module
 */
import { isRecognisable } from '../../../secrets/secret-values.js';
import type { AnyTable, Table } from '../../../store/table.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import { secretNamesOf } from '../../kernel/attempt-request.js';
import { Declared, type DeclaredRow, declaredTable } from '../../kernel/declared.js';
import { EngineError } from '../../kernel/errors.js';
import type { Feature } from '../../kernel/feature.js';
import type { SecretValuesHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type OneTeam, type Scope, sees, teamOf } from '../../kernel/scope.js';
import type { SecretSource } from '../../kernel/secret-source.js';
import { declareValue } from './declare-value.js';

/** What is known of a secret without its value. */
export interface SecretSummary {
  readonly name: string;
  readonly team: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When it got the value that it has. */
  readonly changedAt: number;
  /** Who gave it that value. */
  readonly changedBy: string;
}

interface SecretRecord {
  sealed: string;
  createdAt: number;
  changedAt: number;
  changedBy: string;
}

/** `engine.secrets`. No call answers a value: that is for those who use it, inside. */
export interface SecretCalls {
  /** By team and name. Those of sources are not listed: they are kept elsewhere. */
  list(scope: Scope): SecretSummary[];
  /** Durable when it resolves. @param by who gives it the value @throws EngineError InvalidSecret, TooManySecrets */
  set(team: OneTeam, name: string, value: string, by: string): Promise<SecretSummary>;
  /** Durable when it resolves. @throws EngineError SecretNotFound */
  remove(scope: Scope, name: string): Promise<void>;
}

/** Table `secrets`. */
export const SECRETS: Table<DeclaredRow> = declaredTable('secrets', undefined, 'itself');

/** Of a team, and of a server. */
const MOST_OF_TEAM = 500;
const MOST = 5_000;
/** Bytes of a value: what an environment may hold, with room for the rest of it. */
const LONGEST = 65_536;
/** Milliseconds for which what a source has said is used again, and of how many secrets. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 1_000;

export class Secrets implements SecretCalls, SecretValuesHook, Feature {
  readonly name = 'secrets';
  readonly tables: readonly AnyTable[] = [SECRETS];
  readonly #kernel: Kernel;
  readonly #sources: readonly SecretSource[];
  readonly #declared: Declared<SecretRecord> = new Declared(SECRETS);
  readonly #remembered: Map<string, { value: string; until: number }> = new Map();

  constructor(kernel: Kernel, sources: readonly SecretSource[]) {
    this.#kernel = kernel;
    this.#sources = sources;
    kernel.hooks.secrets = this;
  }

  async open(): Promise<void> {
    await this.#declared.open(this.#kernel.store);
    // Masked from the first moment on, also in what is found in logs of before.
    for (const { team, name, value } of this.#declared.all()) {
      this.#kernel.secrets.declareName(name);
      const opened = this.#opened(team, name, value);
      if (opened !== undefined) declareValue(this.#kernel.secrets, opened);
    }
  }

  /** What lies under a key of before is sealed anew; what comes to nothing stays readable as it is. */
  async begin(): Promise<void> {
    const { encryption } = this.#kernel;
    const isOld = ({ value }: { value: SecretRecord }): boolean =>
      !encryption.isCurrent(value.sealed);
    for (const { team, name } of this.#declared.all().filter(isOld)) {
      await this.#kernel.write((turn) => {
        const known = this.#declared.get(team, name);
        const value = known && this.#opened(team, name, known);
        if (known === undefined || value === undefined) return;
        const sealed = encryption.close(JSON.stringify([team, name, value]));
        this.#declared.put(turn, team, name, { ...known, sealed });
      });
    }
  }

  /** What a definition refers to is a name also when nobody has set it yet. */
  deployed({ deployment }: LoadedMachine): void {
    const { secrets, runner } = this.#kernel;
    for (const name of secretNamesOf(deployment, runner)) secrets.declareName(name);
  }

  list(scope: Scope): SecretSummary[] {
    const teams = this.#declared.teams().filter((team) => sees(scope, team));
    return teams
      .sort()
      .flatMap((team) => this.#declared.listDurable(team))
      .map(({ team, name, value }) => summaryOf(team, name, value));
  }

  async set(one: OneTeam, name: string, value: string, by: string): Promise<SecretSummary> {
    declareValue(this.#kernel.secrets, value);
    this.#kernel.secrets.declareName(name);
    const problem = problemOf(value);
    if (problem !== undefined) throw new EngineError('InvalidSecret', { secret: name, problem });
    const team = teamOf(one);
    const { encryption, time } = this.#kernel;
    const sealed = encryption.close(JSON.stringify([team, name, value]));
    const at = time.now();
    let record: SecretRecord = { sealed, createdAt: at, changedAt: at, changedBy: by };
    await this.#kernel.write((turn) => {
      const known = this.#declared.get(team, name);
      const all = this.#declared.teams().reduce((sum, each) => sum + this.#declared.count(each), 0);
      if (!known && (this.#declared.count(team) >= MOST_OF_TEAM || all >= MOST)) {
        throw new EngineError('TooManySecrets', { team, limit: String(MOST_OF_TEAM) });
      }
      if (known) record = { ...record, createdAt: known.createdAt };
      this.#declared.put(turn, team, name, record);
    });
    return summaryOf(team, name, record);
  }

  async remove(scope: Scope, name: string): Promise<void> {
    await this.#kernel.write((turn) => {
      const holders = this.#declared
        .teams()
        .filter((team) => sees(scope, team) && this.#declared.get(team, name) !== undefined);
      const [team] = holders;
      if (team === undefined) throw new EngineError('SecretNotFound', { secret: name });
      if (holders.length > 1) {
        throw new EngineError('SecretAmbiguous', { secret: name, teams: holders.join(', ') });
      }
      this.#declared.put(turn, team, name, undefined);
    });
  }

  async value(team: string, name: string): Promise<string | undefined> {
    const record = this.#declared.durable(team, name);
    if (record !== undefined) {
      const value = this.#opened(team, name, record);
      if (value === undefined) throw new EngineError('SealedUnderAnotherKey');
      declareValue(this.#kernel.secrets, value);
      return value;
    }
    return this.#ofSources(team, name);
  }

  async #ofSources(team: string, name: string): Promise<string | undefined> {
    const key = `${team}/${name}`;
    const now = this.#kernel.time.now();
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined && remembered.until > now) return remembered.value;
    for (const source of this.#sources) {
      if (source.teams !== '*' && !source.teams.includes(team)) continue;
      const value = await source.value(team, name);
      if (value === undefined) continue;
      declareValue(this.#kernel.secrets, value);
      const problem = problemOf(value);
      if (problem !== undefined) throw new Error(`${source.name} has a value that ${problem}`);
      if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
      this.#remembered.set(key, { value, until: now + REMEMBERED_MS });
      return value;
    }
    return undefined;
  }

  /** Undefined when it was sealed under another key, or for another place. */
  #opened(team: string, name: string, { sealed }: SecretRecord): string | undefined {
    try {
      const [whose, what, value] = JSON.parse(this.#kernel.encryption.open(sealed)) as string[];
      return whose === team && what === name ? value : undefined;
    } catch {
      return undefined;
    }
  }
}

/** What callers of the API may do. */
export function secretCalls(secrets: Secrets): SecretCalls {
  return {
    list: (scope) => secrets.list(scope),
    set: (...given) => secrets.set(...given),
    remove: (...given) => secrets.remove(...given),
  };
}

/** Why a value cannot be a secret, as the end of a sentence. */
function problemOf(value: string): string | undefined {
  if (value.includes('\0')) return 'holds a NUL character, which no environment can hold';
  const bytes = Buffer.byteLength(value);
  if (bytes > LONGEST) return `has ${bytes} bytes; at most ${LONGEST} are possible`;
  if (isRecognisable(value)) return undefined;
  return 'is too short or too common to be told from other text, so it could not be masked: take at least 8 characters';
}

function summaryOf(team: string, name: string, record: SecretRecord): SecretSummary {
  const { createdAt, changedAt, changedBy } = record;
  return { name, team, createdAt, changedAt, changedBy };
}
