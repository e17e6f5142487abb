/**
 * Queues in which events of accounts wait (`events:` of the accounts file): read with long polls, and emptied of what is durable.
 *
 *     receive ──▶ one commit ──▶ delete        who dies in between receives them again, and knows them
 *
 * @module
 */
import type { Aws, AwsAccount, AwsObject } from '../../../aws/aws.js';
import { instant, object, objects, type Told, text } from '../../../monitoring/observed/told.js';
import type { Kernel } from '../../kernel/kernel.js';
import { chunks } from './collectors/collector.js';

/** Milliseconds until a queue that does not answer is asked again. */
const AGAIN = 30_000;
const AT_ONCE = 10;
/** Receives at a time while a queue is full: what they bring is one commit. */
const TOGETHER = 8;

export interface QueuePeers {
  readonly aws: Aws;
  /** Takes events; durable when it resolves. @param accounts names of those whose events wait there */
  take(accounts: readonly string[], events: readonly Told[]): Promise<void>;
  /** A queue answers, or says why it does not. */
  answered(account: AwsAccount, region: string, problem: string | undefined): void;
}

interface Queue {
  readonly url: string;
  readonly region: string;
  /** By whom it is read. */
  readonly account: AwsAccount;
  readonly accounts: readonly string[];
}

/** What a queue has brought since the server began. A message that is no event tells nothing. */
export interface QueueCounts {
  /** By whom it is read. */
  readonly account: string;
  readonly region: string;
  readonly events: number;
  readonly unread: number;
  /** Milliseconds from when the last event happened until it was taken. */
  readonly lag?: number;
}

export class EventQueues {
  readonly #kernel: Kernel;
  readonly #peers: QueuePeers;
  readonly #closing: AbortController = new AbortController();
  readonly #reading: Set<Promise<void>> = new Set();
  readonly #counts: Map<string, QueueCounts> = new Map();

  constructor(kernel: Kernel, peers: QueuePeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  begin(): void {
    for (const queue of queuesOf(this.#peers.aws.accounts())) {
      const reading = this.#read(queue);
      this.#reading.add(reading);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#reading);
  }

  counts(): Iterable<QueueCounts> {
    return this.#counts.values();
  }

  #count({ account, region, url }: Queue, events: readonly Told[], unread: number): void {
    const known = this.#counts.get(url);
    const times = events.flatMap(({ time }) => instant(time) ?? []);
    const lag =
      times.length === 0
        ? known?.lag
        : Math.max(0, this.#kernel.time.now() - times.reduce((most, at) => Math.max(most, at), 0));
    this.#counts.set(url, {
      ...{ account: account.name, region },
      events: (known?.events ?? 0) + events.length,
      unread: (known?.unread ?? 0) + unread,
      ...(lag === undefined ? {} : { lag }),
    });
  }

  async #read(queue: Queue): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const problem = await this.#round(queue).catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
      if (this.#closing.signal.aborted) return;
      this.#peers.answered(queue.account, queue.region, problem);
      if (problem !== undefined) await this.#pause();
    }
  }

  /** @returns what is wrong; undefined: nothing */
  async #round(queue: Queue): Promise<string | undefined> {
    const answer = await this.#call(queue, 'receiveMessage', {
      MaxNumberOfMessages: AT_ONCE,
      WaitTimeSeconds: 20,
    });
    if (answer.type === 'refused') return `${answer.name}: ${answer.message}`;
    const messages = objects(answer.output.Messages);
    if (messages.length === 0) return undefined;
    if (messages.length === AT_ONCE) messages.push(...(await this.#more(queue)));
    const events = messages
      .map(({ Body }) => eventIn(text(Body)))
      .filter((event) => event !== undefined);
    await this.#peers.take(queue.accounts, events);
    this.#count(queue, events, messages.length - events.length);
    const problems = await Promise.all(
      chunks(messages, AT_ONCE).map((part) => this.#delete(queue, part)),
    );
    return problems.find((problem) => problem !== undefined);
  }

  /** What else waits there now. What cannot be received comes with the next round. */
  async #more(queue: Queue): Promise<Told[]> {
    const input = { MaxNumberOfMessages: AT_ONCE, WaitTimeSeconds: 0 };
    const answers = await Promise.all(
      Array.from({ length: TOGETHER - 1 }, () => this.#call(queue, 'receiveMessage', input)),
    );
    return answers.flatMap((answer) =>
      answer.type === 'answered' ? objects(answer.output.Messages) : [],
    );
  }

  /** @returns what is wrong; undefined: nothing */
  async #delete(queue: Queue, messages: readonly Told[]): Promise<string | undefined> {
    const Entries = messages.flatMap(({ ReceiptHandle }, index): AwsObject[] => {
      const handle = text(ReceiptHandle);
      return handle === undefined ? [] : [{ Id: String(index), ReceiptHandle: handle }];
    });
    const deleted = await this.#call(queue, 'deleteMessageBatch', { Entries });
    return deleted.type === 'refused' ? `${deleted.name}: ${deleted.message}` : undefined;
  }

  #call({ account, region, url }: Queue, action: string, input: AwsObject) {
    return this.#peers.aws.call({
      place: { account: account.name, region },
      ...{ service: 'sqs', action, input: { QueueUrl: url, ...input } },
      signal: this.#closing.signal,
    });
  }

  #pause(): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resume) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        resume();
      };
      const cancel = this.#kernel.clock.setTimer(end, AGAIN);
      signal.addEventListener('abort', end);
    });
  }
}

/** Each queue once, though several accounts may send theirs to one. */
function queuesOf(accounts: readonly AwsAccount[]): Queue[] {
  const queues = new Map<string, Queue>();
  for (const account of accounts) {
    const { events, name, regions } = account;
    if (events === undefined) continue;
    const { queue: url, region = regions[0] ?? 'us-east-1' } = events;
    const known = queues.get(url);
    const names = [...(known?.accounts ?? []), name];
    queues.set(url, { url, region, account: known?.account ?? account, accounts: names });
  }
  return [...queues.values()];
}

/** The event of a message: as EventBridge writes it, or wrapped by SNS. */
function eventIn(body: string | undefined): Told | undefined {
  try {
    const told: Told | undefined = object(JSON.parse(body ?? ''));
    const wrapped = text(told?.Message);
    const event = wrapped === undefined ? told : object(JSON.parse(wrapped));
    return text(event?.source) === undefined ? undefined : event;
  } catch {
    return undefined;
  }
}
