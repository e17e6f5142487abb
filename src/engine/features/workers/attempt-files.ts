/**
 * Files of attempts that workers hold: a worker gets those of its own attempts, and nothing else.
 * @module
 */
import { EngineError } from '../../kernel/errors.js';
import type {
  FileChanges,
  FilePart,
  KnownContents,
  SentFiles,
  WorkerFiles,
} from '../../kernel/worker-files.js';
import type { WorkerLeases } from './worker-leases.js';
import type { Lease, WorkerCaller } from './worker-sessions.js';

export class AttemptFiles {
  readonly #leases: WorkerLeases;
  readonly #files: WorkerFiles | undefined;

  /** @param files undefined: nothing of this server's files leaves it */
  constructor(leases: WorkerLeases, files: WorkerFiles | undefined) {
    this.#leases = leases;
    this.#files = files;
    leases.onForgotten(({ id }) => void files?.forget(id));
  }

  /** What an attempt needs. @throws EngineError WorkerLeaseOver, WorkerFilesTooLarge */
  async list(caller: WorkerCaller, attempt: string): Promise<SentFiles> {
    return (await this.#listed(this.#leases.held(caller, attempt))).files;
  }

  /** @throws EngineError WorkerLeaseOver, WorkerBlobNotFound */
  async read(
    caller: WorkerCaller,
    attempt: string,
    sha256: string,
  ): ReturnType<WorkerFiles['read']> {
    const lease = this.#leases.held(caller, attempt);
    return this.#port.read(await this.#contentsOf(lease), sha256);
  }

  /** @throws EngineError WorkerLeaseOver, WorkerBlobWrong, WorkerFilesTooLarge */
  async receive(caller: WorkerCaller, attempt: string, part: FilePart): Promise<number> {
    const lease = this.#leases.held(caller, attempt);
    if (lease.state !== 'held') throw new EngineError('WorkerLeaseOver', { attempt });
    const there = await this.#port.receive(attempt, part);
    // It was closed while its file was written.
    if (!this.#leases.isHeld(lease)) await this.#port.forget(attempt);
    return there;
  }

  /** @throws EngineError WorkerBlobNotFound, WorkerFilesRefused */
  async apply(lease: Lease, changes: FileChanges): Promise<void> {
    // What such a task needs was perhaps never listed: nobody walks through its folders for nothing.
    if (changes.written.length + changes.removed.length === 0) return;
    const contents = await this.#contentsOf(lease);
    await this.#port.apply(lease.id, lease.workFolder ?? '', changes, contents);
  }

  get #port(): WorkerFiles {
    if (this.#files === undefined) throw new EngineError('WorkerBlobNotFound');
    return this.#files;
  }

  async #contentsOf(lease: Lease): Promise<KnownContents> {
    return lease.contents ?? (await this.#listed(lease)).contents;
  }

  async #listed(lease: Lease): Promise<{ files: SentFiles; contents: KnownContents }> {
    const request = await this.#leases.request(lease);
    const listed = await this.#port.list(request);
    lease.contents = listed.contents;
    lease.workFolder = request.workFolder;
    return listed;
  }
}
