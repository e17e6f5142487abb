/**
 * Files of triggers whose changes are told when the test says so. The operating system tells of them whenever it gets to
 * it, once or several times: on a clock that a test moves, nobody could say at which moment a look comes.
 * @module
 */
import { createFileSource, type FileSource } from '../../src/engine/features/files/file-source.js';

export class ToldFiles implements FileSource {
  /** Looks at a folder so far. */
  looks = 0;
  readonly #inner: FileSource;
  readonly #watchers: Set<() => void> = new Set();

  /** @param inner what really lies there. Default: this machine's files */
  constructor(inner: FileSource = createFileSource()) {
    this.#inner = inner;
  }

  list(...[folder, under]: Parameters<FileSource['list']>): ReturnType<FileSource['list']> {
    this.looks += 1;
    return this.#inner.list(folder, under);
  }

  read(...args: Parameters<FileSource['read']>): ReturnType<FileSource['read']> {
    return this.#inner.read(...args);
  }

  sha256(...args: Parameters<FileSource['sha256']>): ReturnType<FileSource['sha256']> {
    return this.#inner.sha256(...args);
  }

  watch(_folder: string, _under: string, changed: () => void): () => void {
    const tell = (): void => changed();
    this.#watchers.add(tell);
    return () => void this.#watchers.delete(tell);
  }

  /** Tells everybody who watches that something may have changed. */
  tell(): void {
    for (const tell of this.#watchers) tell();
  }
}
