/**
 * A distributed Map with a child execution for each row of a CSV file: how many children a second, and how much memory.
 * @module
 */
import { fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { newDataFolder } from './load.js';

export interface MapFigures {
  status: string;
  cause?: string;
  seconds: number;
  /** Highest resident memory of the server while it ran, bytes. */
  highest: number;
  commits: number;
}

/** Runs it on the real server in a process of its own. */
export async function distributedMap(
  rows: number,
  executionType: 'STANDARD' | 'EXPRESS',
): Promise<MapFigures> {
  const data = newDataFolder();
  const child = fork(join(import.meta.dirname, 'map-server.mjs'), [
    data,
    String(rows),
    executionType,
  ]);
  const gone = new Promise<number | null>((done) => child.once('exit', done));
  const told = new Promise<MapFigures>((resolve) => child.once('message', resolve as never));
  const figures = await Promise.race([told, gone]);
  if (figures === null || typeof figures === 'number') {
    throw new Error(`The server ended with ${figures}`);
  }
  await gone;
  rmSync(data, { recursive: true, force: true });
  if (figures.status !== 'SUCCEEDED') throw new Error(`${figures.status}: ${figures.cause}`);
  return figures;
}
