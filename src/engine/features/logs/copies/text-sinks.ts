/**
 * Copies of log lines as lines of JSON: to standard output, or to a file that begins anew when it is large.
 *
 *     logs.ndjson ──full──▶ logs.ndjson.1 ──▶ … ──▶ logs.ndjson.4 ──▶ gone
 *
 * @module
 */
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import type { CopiedLine, LogSink, SendOutcome } from './log-copy.js';

/** Whoever reads standard output no longer ends no server. */
export function streamSink(to: string, stream: Writable): LogSink {
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  stream.on('error', onError);
  return {
    to,
    async send(lines, signal): Promise<SendOutcome> {
      if (broken !== undefined) return { type: 'refused', problem: broken.message };
      return new Promise((resolve) => {
        const settle = (error?: Error | null): void =>
          resolve(error ? { type: 'refused', problem: error.message } : { type: 'arrived' });
        // Nobody reads: what has not gone when we end is left out.
        signal.addEventListener('abort', () => settle(), { once: true });
        stream.write(textOf(lines), settle);
      });
    },
    close: () => void stream.off('error', onError),
  };
}

export interface FileSinkOptions {
  /** Bytes after which a file is full. Default: 64 MiB. */
  readonly size?: number;
  /** Full files that are kept beside it. Default: 4. */
  readonly kept?: number;
}

/** @example fileSink('/var/log/millrace/logs.ndjson') */
export function fileSink(
  path: string,
  { size = 67_108_864, kept = 4 }: FileSinkOptions = {},
): LogSink {
  let file: FileHandle | undefined;
  let written = 0;

  async function opened(): Promise<FileHandle> {
    if (file !== undefined) return file;
    await mkdir(dirname(path), { recursive: true });
    // As the server's own log: what tasks print is for its owner alone.
    file = await open(path, 'a', 0o600);
    written = (await file.stat()).size;
    return file;
  }

  async function beginAnew(): Promise<void> {
    await file?.close();
    file = undefined;
    for (let number = kept - 1; number >= 0; number -= 1) {
      const from = number === 0 ? path : `${path}.${number}`;
      if (await stat(from).catch(() => undefined)) await rename(from, `${path}.${number + 1}`);
    }
  }

  return {
    to: `file:${path}`,
    async send(lines): Promise<SendOutcome> {
      try {
        const text = Buffer.from(textOf(lines));
        const open = await opened();
        if (written > 0 && written + text.length > size) {
          await beginAnew();
          await (await opened()).write(text);
        } else await open.write(text);
        written += text.length;
        return { type: 'arrived' };
      } catch (error) {
        await file?.close().catch(() => undefined);
        file = undefined;
        return { type: 'again', problem: (error as Error).message };
      }
    },
    async close() {
      await file?.close();
    },
  };
}

function textOf(lines: readonly CopiedLine[]): string {
  return lines.map(({ record }) => `${JSON.stringify(record)}\n`).join('');
}
