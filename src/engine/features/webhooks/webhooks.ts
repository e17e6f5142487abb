/**
 * Webhooks: addresses under which others put events on a team's bus, each with secrets that they sign with.
 *
 * They are declarations in the store and few, so all of them are in memory. Secrets are sealed before they come here.
 * @module
 */
import { isObject, type JsonObject } from '../../../asl/json.js';
import { EngineError } from '../../kernel/errors.js';
import type { Machinery } from '../../kernel/machinery.js';
import type { Settle } from '../../kernel/requests.js';

export interface WebhookRecord {
  /** Unique on this server: it is in the address. */
  name: string;
  team: string;
  bus: string;
  /** Of its events. */
  source: string;
  /** Undefined: what GitHub's header says. */
  detailType?: string;
  /** How requests are signed. */
  scheme: 'millrace' | 'github';
  /** The newest first; at most two. */
  secrets: { sealed: string; createdAt: number }[];
  /** Epoch milliseconds. */
  createdAt: number;
}

export interface Webhooks {
  /** By name. */
  list(): WebhookRecord[];
  find(name: string): WebhookRecord | undefined;
  /** Durable when it resolves. @throws EngineError WebhookExists */
  create(webhook: WebhookRecord): Promise<void>;
  /** Durable when it resolves. @throws EngineError WebhookNotFound */
  change(name: string, change: (webhook: WebhookRecord) => WebhookRecord): Promise<WebhookRecord>;
  /** Durable when it resolves. @throws EngineError WebhookNotFound */
  delete(name: string): Promise<void>;
}

const KIND = 'webhook';
/** Webhooks of a server. */
const MOST = 1_000;

export class WebhookRegistry implements Webhooks {
  readonly #parts: Machinery;
  readonly #all: Map<string, WebhookRecord> = new Map();

  constructor(parts: Machinery) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    for (const { record } of await this.#parts.store.listDeclarations(KIND)) {
      if (isObject(record)) {
        this.#all.set(String(record.name), record as unknown as WebhookRecord);
      }
    }
  }

  list(): WebhookRecord[] {
    return [...this.#all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): WebhookRecord | undefined {
    return this.#all.get(name);
  }

  async create(webhook: WebhookRecord): Promise<void> {
    await this.#write(webhook.name, (known) => {
      if (known !== undefined || this.#all.size >= MOST) {
        throw new EngineError('WebhookExists', { webhook: webhook.name });
      }
      return webhook;
    });
  }

  async change(
    name: string,
    change: (webhook: WebhookRecord) => WebhookRecord,
  ): Promise<WebhookRecord> {
    const changed = await this.#write(name, (known) => change(expectKnown(name, known)));
    return expectKnown(name, changed);
  }

  async delete(name: string): Promise<void> {
    await this.#write(name, (known) => {
      expectKnown(name, known);
      return undefined;
    });
  }

  #write(
    name: string,
    change: (known: WebhookRecord | undefined) => WebhookRecord | undefined,
  ): Promise<WebhookRecord | undefined> {
    return new Promise((resolve, reject) => {
      const settle: Settle<WebhookRecord | undefined> = { resolve, reject };
      this.#parts.loop.add({
        refuse: settle.reject,
        perform: (turn) => {
          const known = this.#all.get(name);
          const changed = change(known);
          const { team } = changed ?? expectKnown(name, known);
          turn.declarations.push({
            kind: KIND,
            team,
            name,
            ...(changed === undefined ? {} : { record: changed as unknown as JsonObject }),
          });
          this.#set(name, changed);
          // The next one of this turn must see it; if the turn fails, nobody must.
          turn.afterFailure(() => this.#set(name, known));
          turn.afterCommit(() => settle.resolve(changed));
          return 'done';
        },
      });
    });
  }

  #set(name: string, webhook: WebhookRecord | undefined): void {
    if (webhook === undefined) this.#all.delete(name);
    else this.#all.set(name, webhook);
  }
}

function expectKnown(name: string, known: WebhookRecord | undefined): WebhookRecord {
  if (known === undefined) throw new EngineError('WebhookNotFound', { webhook: name });
  return known;
}
