/**
 * A server that waits for its turn, in words.
 * @module
 */
import colors from 'picocolors';
import type { ServerConfig } from '../server.js';

/** Stands by until it is its turn, and says so. @param stop when somebody wants it to end */
export function standingBy(
  stop: Promise<void>,
  say: (text: string) => void,
): NonNullable<ServerConfig['standby']> {
  const ended = new AbortController();
  void stop.then(() => ended.abort());
  return {
    signal: ended.signal,
    onWaiting(leader) {
      say(
        leader === undefined
          ? colors.dim('standing by: no server has said yet that it is active')
          : `standing by: ${leader.name} is active at ${colors.cyan(leader.url)}; requests are handed to it`,
      );
    },
  };
}
