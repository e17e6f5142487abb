/**
 * `engine.digests`: the digest of now, with or without sending it.
 * @module
 */
import type { Digest } from '../../../monitoring/digest/digest.js';
import type { Kernel } from '../../kernel/kernel.js';
import { EVERYTHING, type OneTeam, type Scope, teamOf } from '../../kernel/scope.js';
import { htmlOf } from './digest-html.js';
import { textOf } from './digest-text.js';
import { type DigestReader, titleOf } from './digest-words.js';
import type { DigestFile, Digests } from './digests.js';

export interface DigestQuery {
  /** Milliseconds that it looks back, from now; at most a week. */
  readonly since: number;
  /** The tag by whose values things are put together. Default: the team. */
  readonly group?: string;
  /** In whose clocks its times are told. Default: UTC. */
  readonly zone?: string;
}

/** A digest as people read it. */
export interface WrittenDigest extends Digest {
  readonly title: string;
  readonly text: string;
  readonly html: string;
}

export interface DigestCalls {
  /** Nothing is sent. */
  now(scope: Scope, query: DigestQuery): Promise<WrittenDigest>;
  /**
   * Sends the digest of now to everybody whom the team's file names, or where its routes say; the daily ones come as ever.
   * @returns how many were told, durably
   */
  send(team: OneTeam, query: DigestQuery): Promise<number>;
  /** The files of the folder declare these, and no others. @param broken files with mistakes: what they declared goes on */
  declare(files: readonly DigestFile[], broken: readonly string[]): Promise<void>;
}

export function digestCalls(
  { time, write, secrets }: Pick<Kernel, 'time' | 'write' | 'secrets'>,
  digests: Digests,
): DigestCalls {
  const windowOf = ({ since }: DigestQuery): { from: number; to: number } => {
    // What is of this very millisecond belongs to it.
    const to = time.now() + 1;
    return { from: to - since, to };
  };
  return {
    async now(scope, query) {
      const digest = await digests.compile(scope, windowOf(query), query.group);
      const reader: DigestReader = {
        whose: scope === EVERYTHING ? 'all teams' : scope.teams.slice(0, 5).join(', '),
        zone: query.zone ?? 'UTC',
        url: digests.url?.replace(/\/$/, ''),
      };
      const text = textOf(digest, reader);
      const html = secrets.text(htmlOf(digest, reader));
      return { ...digest, title: titleOf(digest, reader), text, html };
    },
    send: (team, query) => digests.sendNow(teamOf(team), windowOf(query), query.group),
    declare: (files, broken) => write((turn) => digests.declare(turn, files, broken)),
  };
}
