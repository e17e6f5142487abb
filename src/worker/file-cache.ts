/**
 * Files that a worker has got, by the hash of their content, so that what later attempts need as well is not sent again.
 *
 *     wanted ──here?──▶ copied into the attempt's folder (never linked: tasks may write into what they get)
 *        └──no──▶ fetched into a draft, its size and hash compared ──▶ kept ──▶ the least lately used go when there is no room
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ServerAway } from './server-line.js';

/** Reads the content of a hash. @throws ServerAway, ServerRefusal */
export type Fetch = () => Promise<ReadableStream<Uint8Array>>;

/** What came is not what its hash says. */
export class WrongContent extends Error {}

export class FileCache {
  readonly #folder: string;
  readonly #most: number;
  readonly #fetching: Map<string, Promise<void>> = new Map();
  #bytes: Promise<number> | undefined;

  /** @param most bytes that are kept */
  constructor(folder: string, most: number) {
    this.#folder = folder;
    this.#most = most;
  }

  /**
   * Puts a file where an attempt wants it.
   * @throws ServerAway, ServerRefusal, WrongContent
   */
  async copy(
    file: { readonly sha256: string; readonly size: number },
    target: string,
    fetch: Fetch,
  ): Promise<void> {
    const kept = join(this.#folder, file.sha256.slice(0, 2), file.sha256);
    for (let left = 3; ; left -= 1) {
      if (!(await this.#has(kept, file.size))) await this.#fetched(file, kept, fetch);
      try {
        await copyFile(kept, target, constants.COPYFILE_FICLONE);
        const now = new Date();
        await utimes(kept, now, now).catch(() => undefined);
        return;
      } catch (error) {
        // Another worker of the same folder has made room.
        if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  async #has(kept: string, size: number): Promise<boolean> {
    const stats = await stat(kept).catch(() => undefined);
    return stats?.isFile() === true && stats.size === size;
  }

  /** One fetch for all who want it. */
  async #fetched(
    { sha256, size }: { readonly sha256: string; readonly size: number },
    kept: string,
    fetch: Fetch,
  ): Promise<void> {
    const known = this.#fetching.get(sha256);
    if (known !== undefined) return known;
    const fetching = this.#fetch(sha256, size, kept, fetch).finally(() =>
      this.#fetching.delete(sha256),
    );
    this.#fetching.set(sha256, fetching);
    return fetching;
  }

  async #fetch(sha256: string, size: number, kept: string, fetch: Fetch): Promise<void> {
    await this.#makeRoom(size);
    await mkdir(join(this.#folder, sha256.slice(0, 2)), { recursive: true, mode: 0o700 });
    const draft = `${kept}.${randomUUID()}.part`;
    const hash = createHash('sha256');
    let bytes = 0;
    const measured = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        hash.update(chunk);
        done(bytes > size ? new WrongContent(`more than ${size} bytes came`) : null, chunk);
      },
    });
    try {
      const content = Readable.fromWeb((await fetch()) as never);
      await pipeline(content, measured, createWriteStream(draft, { mode: 0o600 }));
      if (bytes !== size) throw new ServerAway('the file was cut off on its way');
      if (hash.digest('hex') !== sha256) throw new WrongContent('its hash is another one');
      await rename(draft, kept);
    } catch (error) {
      await rm(draft, { force: true });
      const { code } = error as NodeJS.ErrnoException;
      // The line was cut.
      if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || error instanceof TypeError) {
        throw new ServerAway((error as Error).message);
      }
      throw error;
    }
  }

  /** The least lately used go until so many bytes more fit. */
  async #makeRoom(size: number): Promise<void> {
    this.#bytes ??= this.#measure();
    const bytes = await this.#bytes;
    this.#bytes = Promise.resolve(bytes + size);
    if (bytes + size <= this.#most) return;
    const files = await this.#all();
    files.sort((a, b) => a.usedAt - b.usedAt);
    let left = files.reduce((sum, file) => sum + file.size, 0);
    for (const file of files) {
      if (left + size <= this.#most) break;
      await rm(file.path, { force: true });
      left -= file.size;
    }
    this.#bytes = Promise.resolve(left + size);
  }

  async #measure(): Promise<number> {
    return (await this.#all()).reduce((sum, { size }) => sum + size, 0);
  }

  async #all(): Promise<{ path: string; size: number; usedAt: number }[]> {
    const names = await readdir(this.#folder, { recursive: true }).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        const stats = await stat(path).catch(() => undefined);
        return stats?.isFile() ? [{ path, size: stats.size, usedAt: stats.mtimeMs }] : [];
      }),
    );
    return found.flat();
  }
}
