/**
 * A store that keeps no secret in readable form: between the engine and the store that writes.
 *
 *     engine ──▶ a column with a secret in it ──seal──▶ { "millrace:sealed": … } ──▶ file, write-ahead log
 *            ◀────────────────────────────────open─────
 *
 * Columns are sealed whole, under the key of the data folder. Of an execution in which a secret was seen all of them are;
 * events are stored as they are shown, each with its sealed original, which only a redrive opens. What was sealed under
 * another key cannot be opened: reading a list leaves it out or says so, going on with it is refused.
 * @module
 */
import type { ExecutionContext, Thread } from '../../../asl/execution-state.js';
import type { Json, JsonObject } from '../../../asl/json.js';
import type { HistoryEvent } from '../../../asl/transition.js';
import type { SecretRegistry } from '../../../secrets/secret-registry.js';
import { SEALED, SEALED_TEXT } from '../../../store/sealed-mark.js';
import type {
  AttemptRecord,
  Awaitable,
  Commit,
  ExecutionProgress,
  ExecutionRecord,
  ExecutionWrite,
  HistoryQuery,
  Store,
} from '../../../store/store.js';
import type { RowWrite, Table } from '../../../store/table.js';
import { EngineError } from '../errors.js';
import { whenKnown } from '../needs.js';
import type { Encryption } from './encryption.js';

/** A store from which histories are read as they are shown. `readHistory` answers the originals. */
export interface SealedStore extends Store {
  readShownHistory(query: HistoryQuery): Awaitable<HistoryEvent[]>;
}

const UNREADABLE = '(sealed under another key)';

type SealedEvent = HistoryEvent & { [SEALED]?: string };

export function sealedStore(store: Store, seal: Encryption, secrets: SecretRegistry): SealedStore {
  const close = (value: unknown): JsonObject => ({ [SEALED]: seal.close(JSON.stringify(value)) });
  const closeText = (value: unknown): string => SEALED_TEXT + seal.close(JSON.stringify(value));
  /** For columns that stand alone: sealed when there is something to seal. */
  const closeSecret = <Value>(value: Value): Value =>
    secrets.find(value, () => {}) ? (close(value) as Value) : value;

  function unseal<Value>(sealed: string): Value {
    let text: string;
    try {
      text = seal.open(sealed);
    } catch {
      throw new EngineError('SealedUnderAnotherKey');
    }
    return JSON.parse(text) as Value;
  }
  const open = <Value>(value: Value): Value => {
    const sealed = (value as { [SEALED]?: unknown } | null)?.[SEALED];
    return typeof sealed === 'string' ? unseal<Value>(sealed) : value;
  };
  const openText = <Value>(value: Value): Value =>
    typeof value === 'string' && value.startsWith(SEALED_TEXT)
      ? unseal<Value>(value.slice(SEALED_TEXT.length))
      : value;

  /** What belongs to an execution, with the values that are secret in it. */
  interface WithValues<Value> {
    value: Value;
    secrets: readonly string[];
  }

  function closeProgress(progress: ExecutionProgress, own: readonly string[]): ExecutionProgress {
    const { header, root, context } = progress;
    const { output, cause } = header;
    return {
      ...progress,
      header: {
        ...header,
        ...(output === undefined ? {} : { output: closeText({ value: output, secrets: own }) }),
        ...(cause === undefined ? {} : { cause: closeText(cause) }),
      },
      root: root && (close({ value: root, secrets: own }) as unknown as Thread),
      ...(context === undefined ? {} : { context: close(context) as unknown as ExecutionContext }),
    };
  }

  /** A text of the execution's own that looks like a sealed one must not be taken for it. */
  function escapeProgress(progress: ExecutionProgress): ExecutionProgress {
    const { output, cause } = progress.header;
    const isMistakable =
      (typeof output === 'string' && output.startsWith(SEALED_TEXT)) ||
      cause?.startsWith(SEALED_TEXT) === true;
    return isMistakable ? closeProgress(progress, []) : progress;
  }

  function closeExecution(write: ExecutionWrite): ExecutionWrite {
    const { secrets: own, shown, create, progress } = write;
    if (own === undefined) {
      const escaped = progress && escapeProgress(progress);
      return escaped === progress || escaped === undefined
        ? write
        : { ...write, progress: escaped };
    }
    return {
      ...write,
      ...(create === undefined
        ? {}
        : { create: { ...create, context: close(create.context) as unknown as ExecutionContext } }),
      ...(progress === undefined ? {} : { progress: closeProgress(progress, own) }),
      threads: write.threads.map(
        (thread) => ({ id: thread.id, ...close(thread) }) as unknown as Thread,
      ),
      attempts: write.attempts.map((attempt) => ({ ...attempt, request: close(attempt.request) })),
      history: write.history.map((event, index) => closeEvent(event, shown?.[index] ?? event)),
    };
  }

  function closeEvent(original: HistoryEvent, shown: HistoryEvent): HistoryEvent {
    if (shown === original) return original;
    return { ...shown, ...close(original.details) } as SealedEvent;
  }

  function openExecution<Known extends ExecutionRecord>(record: Known): Known {
    const { header } = record;
    const context = open(record.context);
    const output = openText(header.output) as Json | WithValues<Json> | undefined;
    const root = open(record.root) as Thread | WithValues<Thread> | null;
    const isOutputSealed = output !== header.output;
    const isRootSealed = root !== record.root;
    if (context === record.context && !isOutputSealed && !isRootSealed) return record;
    const sealedOutput = isOutputSealed ? (output as WithValues<Json>) : undefined;
    const sealedRoot = isRootSealed ? (root as WithValues<Thread>) : undefined;
    return {
      ...record,
      context,
      header: {
        ...header,
        ...(sealedOutput === undefined ? {} : { output: sealedOutput.value }),
        ...(header.cause === undefined ? {} : { cause: openText(header.cause) }),
      },
      root: sealedRoot === undefined ? record.root : sealedRoot.value,
      secrets: sealedOutput?.secrets ?? sealedRoot?.secrets ?? [],
    };
  }

  /** In a list: what cannot be opened says so. */
  function openListed<Listed extends ExecutionRecord>(record: Listed): Listed {
    try {
      return openExecution(record);
    } catch {
      const { output, cause, ...header } = record.header;
      const told = {
        ...(output === undefined ? {} : { output: UNREADABLE }),
        ...(cause === undefined ? {} : { cause: UNREADABLE }),
      };
      const Execution = {
        Id: `${record.pipeline}:${record.name}`,
        Name: record.name,
        Input: UNREADABLE,
        StartTime: new Date(record.startedAt).toISOString(),
        RoleArn: '',
      };
      const StateMachine = { Id: record.pipeline, Name: record.pipeline };
      return {
        ...record,
        context: { Execution, StateMachine },
        root: null,
        header: { ...header, ...told },
        secrets: [],
      };
    }
  }

  const openAttempt = (attempt: AttemptRecord): AttemptRecord => {
    const request = open(attempt.request);
    return request === attempt.request ? attempt : { ...attempt, request };
  };
  /** Whoever lists attempts only wants to know which there are; what cannot be opened is refused when it is to go on. */
  const openListedAttempt = (attempt: AttemptRecord): AttemptRecord =>
    lenient(() => openAttempt(attempt)) ?? attempt;
  const member =
    <Name extends string>(name: Name) =>
    <Owner extends { [name in Name]: unknown }>(owner: Owner): Owner => {
      const opened = open(owner[name]);
      return opened === owner[name] ? owner : { ...owner, [name]: opened };
    };
  const openMachine = member('deployment');
  const openEvents = (events: HistoryEvent[]): HistoryEvent[] =>
    events.map((event) => {
      const sealed = (event as SealedEvent)[SEALED];
      return sealed === undefined ? event : { ...bare(event), details: unseal<JsonObject>(sealed) };
    });

  function closeCommit(commit: Commit): Commit {
    return {
      ...commit,
      executions: commit.executions.map(closeExecution),
      rows: commit.rows.map(closeRow),
    };
  }

  function closeRow(write: RowWrite): RowWrite {
    const { table, row, isSecret } = write;
    if (row === undefined || table.sealing === 'itself') return write;
    let closed: { [column: string]: unknown } | undefined;
    for (const [column, value] of Object.entries(row)) {
      const isJson = (table.columns as { [column: string]: string })[column]?.startsWith('json');
      if (!isJson || value === undefined) continue;
      const kept = isSecret ? close(value) : closeSecret(value);
      if (kept !== value) closed = { ...(closed ?? row), [column]: kept };
    }
    return closed === undefined ? write : { ...write, row: closed };
  }

  const openRow =
    <Row extends object>(table: Table<Row>) =>
    (row: Row): Row => {
      let opened: Row | undefined;
      for (const [column, type] of Object.entries(table.columns) as [
        keyof Row & string,
        string,
      ][]) {
        if (!type.startsWith('json') || row[column] === undefined) continue;
        const value = open(row[column]);
        if (value !== row[column]) opened = { ...(opened ?? row), [column]: value };
      }
      return opened ?? row;
    };

  return {
    ...store,
    commit: (commit) => store.commit(closeCommit(commit)),
    findMachine: reading(store.findMachine, maybe(openMachine)),
    findVersion: reading(store.findVersion, maybe(openMachine)),
    currentMachine: reading(store.currentMachine, maybe(openMachine)),
    // Without those that cannot be read the others still run.
    currentMachines: reading(store.currentMachines, eachReadable(openMachine)),

    loadExecution: reading(store.loadExecution, (loaded) =>
      loaded === undefined
        ? undefined
        : {
            ...loaded,
            record: openExecution(loaded.record),
            threads: loaded.threads.map(open),
            attempts: loaded.attempts.map(openAttempt),
          },
    ),
    findExecution: reading(store.findExecution, maybe(openExecution)),
    findExecutionById: reading(store.findExecutionById, maybe(openExecution)),
    findExecutionByName: reading(store.findExecutionByName, maybe(openExecution)),
    listExecutions: reading(store.listExecutions, each(openListed)),
    listExecutionHeads: reading(store.listExecutionHeads, each(openListed)),
    listThreads: reading(store.listThreads, each(open)),
    listMapChildren: reading(
      store.listMapChildren,
      each((child) => {
        const output = openText(child.output) as Json | WithValues<Json> | undefined;
        return {
          ...child,
          context: open(child.context),
          ...(output === undefined || output === child.output
            ? {}
            : { output: (output as WithValues<Json>).value }),
          ...(child.cause === undefined ? {} : { cause: openText(child.cause) }),
        };
      }),
    ),
    readHistory: reading(store.readHistory, openEvents),
    readShownHistory: reading(store.readHistory, each(bare)),
    listAttempts: reading(
      store.listAttempts,
      each((found) => ({ ...found, attempt: openListedAttempt(found.attempt) })),
    ),
    findAttemptByToken: reading(store.findAttemptByToken, maybe(openAttempt)),
    listAnsweredAttempts: reading(store.listAnsweredAttempts, each(openListedAttempt)),
    findRow: (table, key) => reading(store.findRow, maybe(openRow(table)))(table, key),
    // Without those that cannot be read the others are still there.
    listRows: (table, query) => reading(store.listRows, eachReadable(openRow(table)))(table, query),
  };
}

/** A method whose answers are opened, now or later. */
function reading<Given extends unknown[], Answer>(
  method: (...given: Given) => Awaitable<Answer>,
  open: (answer: Answer) => Answer,
): (...given: Given) => Awaitable<Answer> {
  return (...given) => whenKnown(method(...given), open);
}

function maybe<Value>(open: (value: Value) => Value) {
  return (value: Value | undefined): Value | undefined =>
    value === undefined ? undefined : open(value);
}

function each<Value>(open: (value: Value) => Value) {
  return (values: Value[]): Value[] => values.map(open);
}

function eachReadable<Value>(open: (value: Value) => Value) {
  return (values: Value[]): Value[] =>
    values.flatMap((value) => {
      const opened = lenient(() => open(value));
      return opened === undefined ? [] : [opened];
    });
}

function lenient<Value>(open: () => Value): Value | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'SealedUnderAnotherKey') return undefined;
    throw error;
  }
}

/** An event without its sealed original. */
function bare(event: HistoryEvent): HistoryEvent {
  if (!(SEALED in event)) return event;
  const { [SEALED]: _, ...shown } = event as SealedEvent;
  return shown;
}
