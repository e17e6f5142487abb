/**
 * Asks sites that somebody expects to be reachable, every five minutes, and reports a check of each answer.
 *
 *     site URL is reachable ──▶ GET, and once more ten seconds later ──▶ OK │ CRITICAL
 *
 * Only addresses that the operator allows are dialled, and no more than twenty at a time. Any answer below 300 will do: one
 * that leads elsewhere says so, and the sentence can name that place.
 * @module
 */
import type { CheckStatus } from '../../../monitoring/check-result.js';
import type { Subject } from '../../../monitoring/subject.js';
import type { Feature } from '../../kernel/feature.js';
import { Heap } from '../../kernel/heap.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';

/** Milliseconds between two looks at a site, and before the second try of one look. */
const EVERY = 300_000;
const AGAIN = 10_000;
const AT_A_TIME = 20;

export interface WatchedSite {
  readonly team: string;
  readonly subject: Subject;
  readonly tags: { readonly [tag: string]: string };
  readonly site: string;
}

export interface ProbePeers {
  /** All sites that are expected to be reachable now. */
  sites(): Iterable<WatchedSite>;
  /** Takes the result into the turn. */
  report(
    turn: Turn,
    check: Omit<WatchedSite, 'site'> & { status: CheckStatus; cause: string; duration: number },
  ): void;
}

interface Look {
  readonly at: number;
  readonly site: WatchedSite;
  readonly isSecond: boolean;
}

export class SiteProbes implements Feature {
  readonly name = 'probes';
  readonly #kernel: Kernel;
  readonly #peers: ProbePeers;
  readonly #due: Heap<Look> = new Heap();
  /** Sites that have a place in the heap, or are being asked. */
  readonly #known: Set<string> = new Set();
  readonly #closing: AbortController = new AbortController();
  #asking = 0;
  #isOpen = false;

  constructor(kernel: Kernel, peers: ProbePeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  begin(): void {
    this.#isOpen = this.#kernel.destinations !== undefined;
    this.sitesChanged();
  }

  close(): void {
    this.#isOpen = false;
    this.#closing.abort();
  }

  /** Others are expected to be reachable than before. */
  sitesChanged(): void {
    if (!this.#isOpen) return;
    const now = this.#kernel.time.now();
    for (const site of this.#peers.sites()) {
      const key = keyOf(site);
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      this.#due.push({ at: now, site, isSecond: false });
    }
    this.#kernel.dueChanged(this);
  }

  nextDue(): number | undefined {
    return this.#isOpen && this.#asking < AT_A_TIME ? this.#due.first?.at : undefined;
  }

  due(): void {
    const now = this.#kernel.time.now();
    const current = new Set([...this.#peers.sites()].map(keyOf));
    while (this.#asking < AT_A_TIME && (this.#due.first?.at ?? Number.POSITIVE_INFINITY) <= now) {
      const look = this.#due.pop();
      if (look === undefined) return;
      if (current.has(keyOf(look.site))) void this.#ask(look);
      else this.#known.delete(keyOf(look.site));
    }
  }

  async #ask({ site, isSecond }: Look): Promise<void> {
    const { destinations, clock } = this.#kernel;
    if (destinations === undefined) return;
    this.#asking += 1;
    const started = clock.monotonic();
    const headers = { 'user-agent': 'millrace', accept: '*/*' };
    const request = { url: site.site, method: 'GET', headers, body: undefined };
    const answer = await destinations.send(request, this.#closing.signal);
    this.#asking -= 1;
    if (!this.#isOpen) return;
    const isFine = answer.type === 'arrived';
    const duration = Math.max(0, Math.round(clock.monotonic() - started));
    const cause = isFine ? `answered within ${duration} ms` : answer.failure.message;
    if (isFine || isSecond || answer.type === 'refused') {
      const { team, subject, tags } = site;
      const status = isFine ? 'OK' : 'CRITICAL';
      await this.#kernel
        .write((turn) => this.#peers.report(turn, { team, subject, tags, status, cause, duration }))
        // Nothing is taken in just now: the next look comes all the same.
        .catch(() => undefined);
    }
    const isTriedAgain = !isFine && !isSecond && answer.type === 'failed';
    const at = this.#kernel.time.now() + (isTriedAgain ? AGAIN : EVERY);
    this.#due.push({ at, site, isSecond: isTriedAgain });
    if (this.#isOpen) this.#kernel.dueChanged(this);
  }
}

function keyOf({ team, subject, site }: WatchedSite): string {
  return JSON.stringify([team, subject.name, site]);
}
