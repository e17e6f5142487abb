/**
 * A channel: one way to reach people, or a ticket system. One folder each; `channels.ts` is the list of them.
 *
 *     message ──▶ its form there, escaped ──▶ sent through a port ──▶ delivered (with what is needed to go on in its thread)
 *                                                                  │ failed: another try may help
 *                                                                  └ refused: no other try will help
 *
 * @module
 */
import type { z } from 'zod';
import type { Message } from './message.js';

/** What is kept of a thread in a channel: the ticket's number, the first message's timestamp. Plain JSON. */
export type ThreadReference = { readonly [name: string]: string | number | boolean };

export type SendOutcome =
  /** `reference` is given to the next message of the same thread; absent: as it was. `words`: "opened PIPE-12". */
  | { readonly type: 'delivered'; readonly reference?: ThreadReference; readonly words: string }
  /** Another try may help. */
  | { readonly type: 'failed'; readonly error: string; readonly retryAfterMs?: number }
  /** No other try will help: wrong address, wrong token, nobody there. */
  | { readonly type: 'refused'; readonly error: string };

/** One request over HTTP. */
export interface ChannelRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
}

/** What came back: channels judge the body too, since some answer 200 with an error in it. */
export type ChannelAnswer =
  | {
      readonly type: 'answered';
      readonly status: number;
      readonly headers: { readonly [name: string]: string };
      /** At most 64 KiB of it. */
      readonly body: string;
    }
  | { readonly type: 'unreachable'; readonly error: string }
  /** The address is none that this server may dial. */
  | { readonly type: 'forbidden'; readonly error: string };

/** How channels touch the world. */
export interface ChannelPorts {
  /** Never rejects, follows no redirect, ends within ten seconds. */
  http(request: ChannelRequest, signal: AbortSignal): Promise<ChannelAnswer>;
  /** Sends a mail; never rejects. */
  mail(server: MailServer, mail: Mail, signal: AbortSignal): Promise<SendOutcome>;
}

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls` (required), `tls` from the beginning, or none. */
  readonly security: 'starttls' | 'tls' | 'none';
  readonly user?: string;
  readonly password?: string;
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: { readonly [name: string]: string };
}

/** What a channel is given besides the message. */
export interface SendContext {
  readonly ports: ChannelPorts;
  /** What it told of this thread before; undefined: this is its first message here. */
  readonly thread: ThreadReference | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** A kind of channel. `Config`: as a team's file writes it, with secrets in the place of their names. */
export interface Channel<Config = unknown> {
  readonly type: string;
  readonly config: z.ZodType<Config>;
  /** Fields that hold a secret: a file gives them as `{ secret: NAME }` only. */
  readonly secrets: readonly (keyof Config & string)[];
  /** Messages that one channel takes in a second, at most; what is more waits. */
  readonly perSecond: number;
  send(message: Message, config: Config, context: SendContext): Promise<SendOutcome>;
}
