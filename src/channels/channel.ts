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
  /** Bytes of the answer that are read, at most 2 MiB. Default: 64 KiB. */
  readonly mostBytes?: number;
}

/** What came back: channels judge the body too, since some answer 200 with an error in it. */
export type ChannelAnswer =
  | {
      readonly type: 'answered';
      readonly status: number;
      readonly headers: { readonly [name: string]: string };
      /** No more of it than was asked for. */
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
  /** Hands a message to a service of AWS by its own client; never rejects. */
  aws(account: AwsAccount, call: AwsCall, signal: AbortSignal): Promise<SendOutcome>;
}

/** Where a service of AWS is, and as whom it is called. */
export interface AwsAccount {
  readonly region: string;
  /** Address of a service that speaks AWS's API. Default: AWS's own. */
  readonly endpoint?: string;
  /** Default: what AWS's client finds by itself: environment, profile, role of the machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export type AwsCall =
  | {
      readonly type: 'publish';
      readonly topic: string;
      readonly subject: string;
      readonly text: string;
      readonly attributes: { readonly [name: string]: string };
      /** Of topics that keep an order: what it is kept within, and what is told once in five minutes. */
      readonly fifo?: { readonly group: string; readonly deduplication: string };
    }
  | { readonly type: 'mail'; readonly mail: Mail };

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

/** Somebody who is told in particular, with what channels know people by. */
export interface Person {
  readonly name: string;
  readonly email?: string;
  /** Member id of Slack: `U0123ABCD`. */
  readonly slack?: string;
}

/** What a channel is given besides the message. */
export interface SendContext {
  readonly ports: ChannelPorts;
  /** One that it reaches, in the place of whom its configuration names: a mail address, a room. */
  readonly address: string | undefined;
  /** Who is told in particular; a channel that knows no people says nothing of them. */
  readonly people: readonly Person[];
  /** What it told of this thread before; undefined: this is its first message here. */
  readonly thread: ThreadReference | undefined;
  /** Stands for the thread wherever more than one Millrace tells of something: letters, digits and hyphens, 120 at most. */
  readonly mark: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** A strict object of zod: its fields are looked at one by one, since those that are secrets are written otherwise in a file. */
export type ConfigSchema<Config> = z.ZodType<Config> & {
  readonly shape: { readonly [field: string]: z.ZodType };
};

export interface Addresses {
  readonly pattern: RegExp;
  /** An example, for messages. */
  readonly like: string;
  /** A field without which a configuration reaches nobody else. */
  readonly by?: string;
}

/** A kind of channel. `Config`: as a team's file writes it, with secrets in the place of their names. */
export interface Channel<Config = unknown> {
  readonly type: string;
  /** In one sentence, for people. */
  readonly description: string;
  readonly config: ConfigSchema<Config>;
  /** Fields that hold a secret: a file gives them as `{ secret: NAME }` only. */
  readonly secrets: readonly string[];
  /** What no single field tells: "give url, or token and room". Asked with the fields as they are written. */
  incomplete?(written: { readonly [field: string]: unknown }): string | undefined;
  /** Messages that one channel takes in a second, at most; what is more waits. */
  readonly perSecond: number;
  /** What becomes of very many that wait: `folded` into one summary, or told `one by one`, as tickets and programs want it. */
  readonly storms: 'folded' | 'one by one';
  /** Whom one channel can reach besides those that it is configured for; undefined: nobody. */
  readonly addresses: Addresses | undefined;
  send(message: Message, config: Config, context: SendContext): Promise<SendOutcome>;
  /** How what a thread refers to is over there. Of tickets, which people close there. */
  look?(reference: ThreadReference, config: Config, context: LookContext): Promise<Looked>;
}

export type LookContext = Pick<SendContext, 'ports' | 'now' | 'signal'>;

export type Looked =
  | { readonly type: 'open' }
  /** `name`: what people call it, `PIPE-12`; `reference`: of the thread from now on, for which nobody is to be asked again. */
  | {
      readonly type: 'closed' | 'gone';
      readonly name: string;
      readonly reference: ThreadReference;
    }
  /** Nobody is to be asked about it: it is over, or the channel does not follow its tickets. */
  | { readonly type: 'left alone' }
  | { readonly type: 'unknown'; readonly error: string; readonly retryAfterMs?: number };
