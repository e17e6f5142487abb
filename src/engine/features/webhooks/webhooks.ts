/**
 * Webhooks: addresses under which others put events on a team's bus, each with secrets that they sign with.
 *
 * They are few, so all of them are in memory. Secrets are sealed before they come here.
 * @module
 */
import type { AnyTable, Table } from '../../../store/table.js';
import { Declared, type DeclaredRow, declaredTable } from '../../kernel/declared.js';
import { EngineError } from '../../kernel/errors.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Settle } from '../../kernel/requests.js';
import { EVERYTHING, type Scope, sees } from '../../kernel/scope.js';

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

/** `engine.webhooks`. */
export interface WebhookCalls {
  /** By name. */
  list(scope: Scope): WebhookRecord[];
  find(scope: Scope, name: string): WebhookRecord | undefined;
  /** Durable when it resolves. @throws EngineError WebhookExists */
  create(webhook: WebhookRecord): Promise<void>;
  /** Durable when it resolves. @throws EngineError WebhookNotFound */
  change(
    scope: Scope,
    name: string,
    change: (webhook: WebhookRecord) => WebhookRecord,
  ): Promise<WebhookRecord>;
  /** Durable when it resolves. @throws EngineError WebhookNotFound */
  delete(scope: Scope, name: string): Promise<void>;
}

/** Table `webhooks`. Names are unique on the server. */
export const WEBHOOKS: Table<DeclaredRow> = declaredTable('webhooks', 'webhook', 'itself');
/** Webhooks of a server. */
const MOST = 1_000;

export class WebhookRegistry implements WebhookCalls, Feature {
  readonly name = 'webhooks';
  readonly tables: readonly AnyTable[] = [WEBHOOKS];
  readonly #kernel: Kernel;
  readonly #declared: Declared<WebhookRecord>;
  /** By name, as the turn that runs now leaves them. */
  readonly #all: Map<string, WebhookRecord> = new Map();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#declared = new Declared(WEBHOOKS, (_team, name, webhook) => {
      if (webhook === undefined) this.#all.delete(name);
      else this.#all.set(name, webhook);
    });
  }

  async open(): Promise<void> {
    await this.#declared.open(this.#kernel.store);
  }

  list(scope: Scope): WebhookRecord[] {
    return [...this.#all.values()]
      .filter(({ team }) => sees(scope, team))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(scope: Scope, name: string): WebhookRecord | undefined {
    const known = this.#all.get(name);
    return known && sees(scope, known.team) ? known : undefined;
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
    scope: Scope,
    name: string,
    change: (webhook: WebhookRecord) => WebhookRecord,
  ): Promise<WebhookRecord> {
    const changed = await this.#write(name, (known) => change(expectSeen(scope, name, known)));
    return expectSeen(scope, name, changed);
  }

  async delete(scope: Scope, name: string): Promise<void> {
    await this.#write(name, (known) => {
      expectSeen(scope, name, known);
      return undefined;
    });
  }

  #write(
    name: string,
    change: (known: WebhookRecord | undefined) => WebhookRecord | undefined,
  ): Promise<WebhookRecord | undefined> {
    return new Promise((resolve, reject) => {
      const settle: Settle<WebhookRecord | undefined> = { resolve, reject };
      this.#kernel.submit({
        refuse: settle.reject,
        perform: (turn) => {
          const known = this.#all.get(name);
          const changed = change(known);
          const { team } = changed ?? expectSeen(EVERYTHING, name, known);
          this.#declared.put(turn, team, name, changed);
          turn.afterCommit(() => settle.resolve(changed));
          return 'done';
        },
      });
    });
  }
}

/** Throws WebhookNotFound. */
function expectSeen(scope: Scope, name: string, known: WebhookRecord | undefined): WebhookRecord {
  if (known === undefined || !sees(scope, known.team))
    throw new EngineError('WebhookNotFound', { webhook: name });
  return known;
}
