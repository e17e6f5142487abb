/**
 * Accounts of AWS in memory, for tests on virtual time: it answers calls as the models of the services say, from what a test puts
 * there. What it does not know it refuses.
 * @module
 */
import type {
  Aws,
  AwsAccount,
  AwsAnswer,
  AwsCall,
  AwsCount,
  AwsObject,
} from '../../src/aws/aws.js';
import { UnderWay, type Work } from './under-way.js';

type Refusal = Extract<AwsAnswer, { type: 'refused' }>;
/** Answers a call; a promise that never resolves hangs. */
type Handler = (input: AwsObject, call: AwsCall) => AwsObject | Refusal | Promise<AwsObject>;

const METADATA = { requestId: 'fake', statusCode: 200, headers: {} };

export class FakeAws implements Aws, Work {
  readonly #accounts: readonly AwsAccount[];
  readonly #handlers: Map<string, Handler> = new Map();
  readonly #work: UnderWay = new UnderWay();
  readonly #counts: Map<string, number> = new Map();
  readonly #outcomes: Map<string, AwsCount> = new Map();
  readonly #messages: Map<string, { handle: string; body: string }[]> = new Map();
  readonly #receiving: Set<() => void> = new Set();
  /** Calls that were made, the oldest first. */
  readonly calls: AwsCall[] = [];
  /** Messages that were deleted. */
  deleted = 0;
  #handle = 0;

  constructor(accounts: readonly AwsAccount[]) {
    this.#accounts = accounts;
  }

  isUnderWay(): boolean {
    return this.#work.isUnderWay();
  }

  rest(): Promise<void> {
    return this.#work.rest();
  }

  accounts(): readonly AwsAccount[] {
    return this.#accounts;
  }

  /** From now on a call is answered so. @param place `lake/eu-central-1`; all when absent */
  on(action: string, handler: Handler, place = '*'): void {
    this.#handlers.set(`${place} ${action}`, handler);
  }

  /** Puts a message into a queue. */
  send(queue: string, body: string): void {
    this.#handle += 1;
    const messages = this.#messages.get(queue) ?? [];
    messages.push({ handle: String(this.#handle), body });
    this.#messages.set(queue, messages);
    for (const wake of [...this.#receiving]) wake();
  }

  waiting(queue: string): number {
    return this.#messages.get(queue)?.length ?? 0;
  }

  call(call: AwsCall): Promise<AwsAnswer> {
    const { service, action, input, signal } = call;
    this.calls.push(call);
    const name = `${service}.${action}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (name === 'sqs.receiveMessage') {
      // A fake has no visibility timeout: what else waits is what was received just now.
      if (input.WaitTimeSeconds === 0) return this.#work.during(Promise.resolve(answered({})));
      return this.#receive(String(input.QueueUrl), signal);
    }
    if (name === 'sqs.deleteMessageBatch') return this.#work.during(this.#delete(input));
    const place = `${call.place.account}/${call.place.region}`;
    const handler = this.#handlers.get(`${place} ${name}`) ?? this.#handlers.get(`* ${name}`);
    if (handler === undefined) {
      return this.#work.during(Promise.resolve(refused('UnknownOperationException', 'invalid')));
    }
    const answer = handler(input, call);
    if (answer instanceof Promise) return Promise.race([answer.then(answered), aborted(signal)]);
    return this.#work.during(
      new Promise((resolve) => {
        const made = isRefusal(answer) ? answer : answered(answer);
        setImmediate(() => resolve(this.#note(call, made)));
      }),
    );
  }

  /** Calls whose answer has been made; those for messages of queues are not counted. */
  counts(): readonly AwsCount[] {
    return [...this.#outcomes.values()];
  }

  #note({ place, service, action }: AwsCall, answer: AwsAnswer): AwsAnswer {
    const { account, region } = place;
    const key = `${account} ${region} ${service} ${action}`;
    const none = { account, region, service, action, answered: 0, refused: 0, throttled: 0 };
    const count = { ...(this.#outcomes.get(key) ?? none) };
    if (answer.type === 'answered') count.answered += 1;
    else if (answer.kind === 'throttled') count.throttled += 1;
    else count.refused += 1;
    this.#outcomes.set(key, count);
    return answer;
  }

  /** Calls of an action so far. */
  count(action: string): number {
    return this.#counts.get(action) ?? 0;
  }

  close(): void {}

  /** Received again by whoever asks before it is deleted: a fake has no visibility timeout. */
  async #receive(queue: string, signal: AbortSignal | undefined): Promise<AwsAnswer> {
    for (;;) {
      if (signal?.aborted === true) return refused('Aborted', 'aborted');
      const messages = this.#messages.get(queue) ?? [];
      if (messages.length > 0) {
        const Messages = messages
          .slice(0, 10)
          .map(({ handle, body }) => ({ ReceiptHandle: handle, MessageId: handle, Body: body }));
        return answered({ Messages });
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#receiving.delete(wake);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        this.#receiving.add(wake);
        signal?.addEventListener('abort', wake);
      });
    }
  }

  async #delete(input: AwsObject): Promise<AwsAnswer> {
    const entries = input.Entries as { ReceiptHandle: string }[];
    const handles = new Set(entries.map(({ ReceiptHandle }) => ReceiptHandle));
    for (const [queue, messages] of this.#messages) {
      const left = messages.filter(({ handle }) => !handles.has(handle));
      this.deleted += messages.length - left.length;
      this.#messages.set(queue, left);
    }
    return answered({ Successful: [], Failed: [] });
  }
}

export function refused(name: string, kind: Refusal['kind'], message = name): Refusal {
  return { type: 'refused', name, kind, message };
}

function answered(output: AwsObject): AwsAnswer {
  return { type: 'answered', output, metadata: METADATA };
}

function isRefusal(answer: AwsObject | Refusal): answer is Refusal {
  return answer.type === 'refused';
}

function aborted(signal: AbortSignal | undefined): Promise<AwsAnswer> {
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve(refused('Aborted', 'aborted')), { once: true });
  });
}
