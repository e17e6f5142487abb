/**
 * Where executions are born: those that somebody starts, children of executions and children of map runs.
 *
 * A name is an idempotency key: the execution of that name is answered, or made in this turn, or the start is refused
 * because the one of that name has another input. What is made has a row in the turn's commit and has not begun.
 * @module
 */
import type { ExecutionContext } from '../../asl/execution-state.js';
import type { Json, JsonObject } from '../../asl/json.js';
import { SecretValues } from '../../secrets/secret-values.js';
import type {
  Awaitable,
  ExecutionCreation,
  ExecutionRecord,
  ParentLink,
  Store,
  TestRunLink,
} from '../../store/store.js';
import {
  type ActiveExecution,
  type ActiveExecutions,
  type LoadedMachine,
  newActive,
} from './active-execution.js';
import type { Arns } from './arn.js';
import type { EngineTime } from './engine-time.js';
import { EngineError } from './errors.js';
import { type Need, NOTHING, whenKnown } from './needs.js';
import type { Random } from './ports.js';
import type { Reducer } from './reducer.js';
import { sameJson } from './same-json.js';
import type { TakenNames } from './taken-names.js';
import type { Timers } from './timers.js';
import type { Turn } from './turn.js';

/** What a new execution is made of. */
export interface NewExecution {
  machine: LoadedMachine;
  name?: string;
  input: Json;
  tags: { [key: string]: string };
  pointer?: string;
  parent?: ParentLink;
  mapRun?: { number: number; child: number };
  map?: NonNullable<ExecutionContext['Map']>;
  /** The name that its ARN gives to its state machine: `MACHINE/LABEL` for children of a map run. */
  machineName?: string;
  testCase?: string;
  /** Published version and alias that the start named. */
  publishedVersion?: number;
  alias?: string;
  triggeredBy?: JsonObject;
  interval?: string;
  /** It is a test run of its own, or belongs to one. */
  testRun?: TestRunOf;
  /** What is secret in the execution that starts it. */
  secrets?: SecretValues | undefined;
}

/** The test run that a new execution is (`itself`), or for which one that belongs to it is made. */
export type TestRunOf = { readonly root: number | 'itself'; readonly readsOf?: number };

/** What a start runs that does not run the current revision: what a version or alias names, or a candidate. */
export interface StartTarget {
  machine: LoadedMachine;
  publishedVersion?: number;
  alias?: string;
}

/** A start that met an execution of the same name, or made a new one. */
export interface FoundOrCreated {
  active?: ActiveExecution;
  number: number;
  creation: ExecutionCreation;
  created: boolean;
}

/** What the store has of a name. */
interface NamedExecution {
  record?: ExecutionRecord;
  isTaken: boolean;
}

/** Milliseconds that an express execution may take. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const EXPRESS_LIMIT = 300_000;

/** Executions of the machine are express ones. */
export function isExpress(machine: LoadedMachine): boolean {
  return machine.deployment.stateMachine?.type === 'EXPRESS';
}

interface Parts {
  readonly store: Pick<Store, 'findExecutionByName' | 'lastExecutionNumber'>;
  readonly random: Random;
  readonly time: EngineTime;
  readonly reducer: Reducer;
  readonly actives: ActiveExecutions;
  readonly arns: Arns;
  readonly timers: Timers;
  readonly takenNames: TakenNames;
}

export class Creations {
  readonly #parts: Parts;
  #lastNumber = 0;
  /** Executions with a chosen name that are not durable yet, by team, pipeline and name. */
  readonly #unstored: Map<string, ActiveExecution> = new Map();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Goes on counting where the store ends. */
  async open(): Promise<void> {
    this.#lastNumber = await this.#parts.store.lastExecutionNumber();
  }

  /** What must be read before `findOrCreate`: whose the name is. */
  needs(machine: LoadedMachine, name: string | undefined): readonly Need<unknown>[] {
    // Express executions may have the same name.
    if (name === undefined || isExpress(machine)) return NOTHING;
    return this.#unstoredOf(machine, name) ? NOTHING : [this.#nameNeed(machine, name)];
  }

  /**
   * Answers the execution of that name, or creates it in this turn without starting it.
   * Throws ExecutionConflict when the one of that name has another input.
   */
  findOrCreate(turn: Turn, wanted: NewExecution): FoundOrCreated {
    const { machine, name } = wanted;
    if (name === undefined || isExpress(machine)) return this.create(turn, wanted);
    const unstored = this.#unstoredOf(machine, name);
    if (unstored) return same(unstored, wanted);
    const { record, isTaken } = turn.known(this.#nameNeed(machine, name));
    if (record) return same(record, wanted);
    // Gone, and its name still taken: with which input, nobody knows any more.
    if (isTaken) throw new EngineError('ExecutionConflict', { name, pipeline: machine.ref.name });
    return this.create(turn, wanted);
  }

  #unstoredOf({ key }: LoadedMachine, name: string): ActiveExecution | undefined {
    const unstored = this.#unstored.get(`${key}/${name}`);
    return unstored?.stale ? undefined : unstored;
  }

  #nameNeed({ key, ref }: LoadedMachine, name: string): Need<NamedExecution> {
    const { store, takenNames } = this.#parts;
    const orTaken = (record: ExecutionRecord | undefined): Awaitable<NamedExecution> =>
      record
        ? { record, isTaken: false }
        : whenKnown(takenNames.has(ref.team, ref.name, name), (isTaken) => ({ isTaken }));
    return {
      key: `name ${key}/${name}`,
      read: () => whenKnown(store.findExecutionByName(ref, name), orTaken),
    };
  }

  /** Creates an execution in this turn without starting it. */
  create(turn: Turn, wanted: NewExecution): FoundOrCreated & { active: ActiveExecution } {
    const { random, time, reducer, actives, arns, timers } = this.#parts;
    const { machine, tags } = wanted;
    const startedAt = time.now();
    const id = random.id(startedAt);
    const chosen = wanted.name ?? id;
    const pipeline = machine.record.pipeline;
    const express = isExpress(machine) && wanted.mapRun === undefined;
    const name = express ? id : chosen;
    const machineName = wanted.machineName ?? pipeline;
    const context: ExecutionContext = {
      Execution: {
        Id: express ? arns.express(pipeline, chosen, id) : arns.execution(machineName, name),
        Name: chosen,
        Input: wanted.input,
        StartTime: new Date(startedAt).toISOString(),
        RoleArn: machine.deployment.stateMachine?.roleArn ?? arns.role,
        RedriveCount: 0,
      },
      StateMachine: { Id: arns.stateMachine(machineName), Name: machineName },
      ...(wanted.map ? { Map: wanted.map } : {}),
    };
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const creation: ExecutionCreation = {
      id,
      name,
      pipeline,
      team: machine.record.team,
      tags,
      startedAt,
      pointer: wanted.pointer ?? '',
      context,
      ...(wanted.parent ? { parent: wanted.parent } : {}),
      ...(wanted.mapRun ? { mapRun: wanted.mapRun } : {}),
      ...(wanted.testCase === undefined ? {} : { testCase: wanted.testCase }),
      ...(wanted.publishedVersion === undefined
        ? {}
        : { publishedVersion: wanted.publishedVersion }),
      ...(wanted.alias === undefined ? {} : { alias: wanted.alias }),
      ...(wanted.triggeredBy === undefined ? {} : { triggeredBy: wanted.triggeredBy }),
      ...(wanted.interval === undefined ? {} : { interval: wanted.interval }),
      ...(wanted.testRun === undefined ? {} : { testRun: testRunLink(wanted.testRun, number) }),
    };
    const active = newActive(number, creation, machine, reducer.start(context));
    if (wanted.secrets) active.secrets = new SecretValues(wanted.secrets.values());
    actives.add(active);
    // With a row of its own even when its first transition has to wait for expressions.
    turn.of(active).progressed = true;
    turn.afterFailure(() => actives.drop(active));
    if (express || !active.keepsHistory) {
      const at = startedAt + EXPRESS_LIMIT;
      timers.set(turn, active, { thread: 0, kind: 'execution', sequence: 0, at });
    } else if (wanted.name !== undefined) this.#reserve(turn, `${machine.key}/${name}`, active);
    return { active, number, creation, created: true };
  }

  #reserve(turn: Turn, key: string, active: ActiveExecution): void {
    this.#unstored.set(key, active);
    const release = (): void => {
      if (this.#unstored.get(key) === active) this.#unstored.delete(key);
    };
    turn.afterCommit(release);
    turn.afterFailure(release);
  }
}

function testRunLink({ root, ...of }: TestRunOf, number: number): TestRunLink {
  return { ...of, root: root === 'itself' ? number : root };
}

/** The same name: the same execution when input, test case and being a test run are the same, else a conflict. */
function same(
  found: ActiveExecution | ({ number: number } & ExecutionCreation),
  wanted: NewExecution,
): FoundOrCreated {
  const creation = 'creation' in found ? found.creation : found;
  const isSame =
    sameJson(creation.context.Execution.Input, wanted.input) &&
    creation.testCase === wanted.testCase &&
    (creation.testRun === undefined) === (wanted.testRun === undefined);
  if (!isSame) {
    throw new EngineError('ExecutionConflict', {
      name: creation.name,
      pipeline: creation.pipeline,
    });
  }
  return {
    ...('creation' in found ? { active: found } : {}),
    number: found.number,
    creation,
    created: false,
  };
}
