/**
 * How the store knows attempts of workers on other machines: by their kind, what those wait for that have not begun; by
 * their owner, who has begun them.
 *
 *     kind `worker:sql:gpu,large:claims` ──claimed──▶ owner `worker:HASH`, of what the worker proves itself by
 *
 * @module
 */

/** What attempts of a kind wait in line for. */
export interface WorkerLine {
  readonly kind: string;
  readonly tags: readonly string[];
  readonly team: string;
}

const PREFIX = 'worker:';

/** The kind of attempts that wait for a worker: the store finds them by it. */
export function lineKind({ kind, tags, team }: WorkerLine): string {
  return `${PREFIX}${kind}:${tags.join(',')}:${team}`;
}

/** What attempts of this kind wait for; undefined: for no worker. */
export function lineOf(kind: string): WorkerLine | undefined {
  const found = /^worker:([^:]*):([^:]*):(.*)$/s.exec(kind);
  if (found === null) return undefined;
  const [, performs = '', tags = '', team = ''] = found;
  return { kind: performs, tags: tags === '' ? [] : tags.split(','), team };
}

/** Names the one who has begun an attempt, if it is a worker. @param session hash of what it proves itself by */
export function workerOwner(session: string): string {
  return `${PREFIX}${session}`;
}

/** Whether a worker has begun an attempt. */
export function isOfWorker({ owner }: { readonly owner?: string }): boolean {
  return owner?.startsWith(PREFIX) === true;
}
