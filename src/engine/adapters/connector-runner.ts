/**
 * The Runner that calls connectors.
 *
 * Connectors never reject; if one does it is a defect, and the attempt fails with `Connector.InternalError` instead of
 * the server.
 * @module
 */
import { availableParallelism } from 'node:os';
import type { Connector, SecretArguments, TaskRequest } from '../../connectors/connector.js';
import type { Confinement } from '../../connectors/process/confinement.js';
import { prepareWorkFolder, removeWorkFolder } from '../../connectors/process/work-folders.js';
import type { AttemptListener, AttemptOutcome, AttemptRequest, Runner } from '../kernel/ports.js';
import type { ProcessLedger } from './process-ledger.js';

/** Attempts of a kind that may run at a time; kinds left out get the default of `defaultLimit`. */
export type Concurrency = { [kind: string]: number };

/** Twice the processors for kinds that start processes, many for those that only wait. */
function defaultLimit(kind: string): number {
  if (kind === 'echo') return 10_000;
  return kind === 'http' || kind === 'http-invoke' ? 100 : availableParallelism() * 2;
}

/**
 * Runs attempts by connectors. `close` aborts what runs and closes the connectors.
 * @param ledger where the processes of attempts are noted; default: nowhere
 * @param confinement whose the work folders are; default: the server's own
 */
export function createConnectorRunner(
  connectors: ReadonlyMap<string, Connector>,
  concurrency: Concurrency = {},
  ledger?: ProcessLedger,
  { user }: Confinement = {},
): Runner {
  const running = new Map<string, { controller: AbortController; ended: Promise<void> }>();
  const kinds = new Map<string, number>();
  for (const kind of connectors.keys()) kinds.set(kind, concurrency[kind] ?? defaultLimit(kind));

  async function run(
    connector: Connector,
    request: AttemptRequest,
    listener: AttemptListener,
    signal: AbortSignal,
  ): Promise<void> {
    const { kind: _kind, ...task } = request;
    let outcome: AttemptOutcome;
    try {
      const problems = connector.validate(task.arguments as TaskRequest['arguments']);
      if (problems.length > 0) {
        outcome = {
          type: 'failed',
          error: 'Connector.InvalidArguments',
          cause: problems.join(' '),
        };
      } else {
        if (connector.kind !== 'echo') await prepareWorkFolder(task.workFolder, user);
        outcome = await connector.run(task, {
          signal,
          log: (record) => listener.log(record),
          heartbeat: () => listener.heartbeat(),
          started: (process) => ledger?.started({ attemptId: task.attemptId, ...process }),
        });
      }
    } catch (error) {
      outcome = { type: 'failed', error: 'Connector.InternalError', cause: String(error) };
    }
    running.delete(request.attemptId);
    ledger?.ended(request.attemptId);
    listener.settled(outcome);
  }

  const code = new Map<string, readonly string[]>();
  const secretArguments = new Map<string, SecretArguments>();
  for (const { kind, runsCode, dataArguments, secretArguments: places } of connectors.values()) {
    if (runsCode) code.set(kind, dataArguments ?? []);
    if (places !== undefined) secretArguments.set(kind, places);
  }

  return {
    kinds,
    code,
    secretArguments,
    start(request, listener) {
      const connector = connectors.get(request.kind);
      if (!connector) throw new Error(`There is no connector '${request.kind}'`);
      const controller = new AbortController();
      const entry = { controller, ended: Promise.resolve() };
      running.set(request.attemptId, entry);
      entry.ended = run(connector, request, listener, controller.signal);
    },
    kill(attemptId) {
      running.get(attemptId)?.controller.abort();
    },
    forget: (workFolder) => removeWorkFolder(workFolder, user),
    async close() {
      for (const { controller } of running.values()) controller.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
      await Promise.all([...connectors.values()].map((connector) => connector.close?.()));
    },
  };
}
