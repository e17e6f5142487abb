/**
 * Reading the body of an answer, bounded: into memory or into a file.
 * @module
 */
import { createHash } from 'node:crypto';
import { realpath, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Json } from '../connector.js';
import { TaskFailure, taskErrors } from '../errors.js';
import type { TaskUser } from '../process/confinement.js';
import { newFile, openFolder } from '../process/open-folder.js';

export interface SavedFile {
  path: string;
  bytes: number;
  sha256: string;
}

/** The body in memory. Throws TaskFailure `Http.ResponseTooLarge` above `limit` bytes. */
export async function readBody(answer: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bounded(answer, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The first bytes of the body, for a cause; the rest is not read. */
export async function readExcerpt(answer: IncomingMessage, bytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of decoded(answer)) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bytes).toString('utf8');
}

/**
 * Writes the body to a file, which appears complete or not at all.
 * @param path absolute, under the work folder
 * @param owner whom the file is for; default: the server's own user
 */
export async function saveBody(
  answer: IncomingMessage,
  path: string,
  limit: number,
  workFolder: string,
  owner?: TaskUser,
): Promise<SavedFile> {
  const root = await realpath(workFolder);
  const folder = await openFolder(root, relative(root, dirname(path)), { owner });
  const temporary = join(folder.path, `.${basename(path)}.${process.pid}.${performance.now()}`);
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of bounded(answer, limit)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    const file = (await newFile(temporary, owner)).createWriteStream();
    try {
      await pipeline(measured(), file);
      await rename(temporary, join(folder.path, basename(path)));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } finally {
    await folder.close();
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

/** JSON and text as what they are, anything else as base64. */
export function bodyAsJson(body: Buffer, contentType: string): { [field: string]: Json } {
  if (body.length === 0) return { body: null };
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const text = body.toString('utf8');
  if (type === 'application/json' || type.endsWith('+json')) {
    try {
      return { body: JSON.parse(text) as Json };
    } catch {
      return { body: text };
    }
  }
  const isText = Buffer.from(text).equals(body) && !text.includes('\0');
  return isText ? { body: text } : { bodyBase64: body.toString('base64') };
}

async function* bounded(answer: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of decoded(answer)) {
    bytes += (chunk as Buffer).length;
    if (bytes > limit) {
      answer.destroy();
      throw new TaskFailure(
        taskErrors.httpResponseTooLarge,
        `The answer has more than ${limit} bytes. Ask for less, or write it to a file with "saveTo".`,
      );
    }
    yield chunk as Buffer;
  }
}

/** The body without its content encoding. We ask for none, but some servers compress all the same. */
function decoded(answer: IncomingMessage): Readable {
  const decoders: { [encoding: string]: () => ReturnType<typeof createGunzip> } = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  const decoder = decoders[answer.headers['content-encoding']?.toLowerCase() ?? '']?.();
  if (!decoder) return answer;
  answer.once('error', (error) => decoder.destroy(error));
  return answer.pipe(decoder);
}
