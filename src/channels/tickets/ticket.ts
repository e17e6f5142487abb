/**
 * Tickets: one for each thread, and never a second one.
 *
 *     first message ──is there one with our mark?──no──▶ opened ──next messages──▶ comments ──it is over──▶ closed, with a comment
 *                                  └─yes: the answer to an earlier try was lost──▶ gone on with
 *     it was deleted over there ──▶ said in the log; another is opened only for what is not over
 *
 * The mark stands in the ticket, so a ticket is found again whatever was lost on the way. What only tells that somebody has acted, or
 * that it is over, opens none. Links that act are left out: whoever reads a ticket would act in the name of who was told.
 * @module
 */
import { z } from 'zod';
import type { Looked, SendContext, SendOutcome, ThreadReference } from '../channel.js';
import type { Problem } from '../http-answer.js';
import type { Asked } from '../json-request.js';
import type { Message } from '../message.js';

/** A ticket over there. */
export interface Ticket {
  /** What its API knows it by. */
  readonly id: string;
  /** What people call it: `PIPE-12`, `#12`. */
  readonly name: string;
}

/** A system of tickets, for one message. Each answers `gone` where the ticket, or what holds tickets, is not there. */
export interface Tracker {
  /** The ticket with the mark; undefined: there is none. */
  find(): Promise<Asked<Ticket | undefined>>;
  /** `words` are added to those of the delivery. */
  open(): Promise<Asked<Ticket & { readonly words?: string }>>;
  comment(ticket: Ticket): Promise<Asked<unknown>>;
  /** Closes it, or opens it again. Done twice, it changes nothing more. @returns words for the log, empty when nothing is to be said */
  move(ticket: Ticket, to: 'closed' | 'open'): Promise<Asked<string>>;
}

/** After the answer to an opening was lost a search may not know yet what was opened. */
const SEARCH_LAGS = 15_000;

const reference = z.object({ id: z.string(), name: z.string(), state: z.enum(['open', 'closed']) });

/** Whether there is nothing to be done about it any more. */
function isOver({ kind, level }: Message): boolean {
  return kind === 'resolved' || level === 'good';
}

/** Whether it is nothing to open a ticket for. */
function opensNone(message: Message): boolean {
  const { kind, level } = message;
  if (kind === 'test') return false;
  return (
    isOver(message) ||
    level === 'info' ||
    kind === 'acknowledged' ||
    kind === 'digest' ||
    kind === 'summary'
  );
}

/**
 * Tells a system of tickets a message.
 * @example await tellTracker(message, tracker, context) // { type: 'delivered', words: 'opened PIPE-12', reference: … }
 */
export async function tellTracker(
  message: Message,
  tracker: Tracker,
  context: Pick<SendContext, 'thread'>,
): Promise<SendOutcome> {
  const known = reference.safeParse(context.thread).data;
  if (known !== undefined) {
    const told = await goOn(message, tracker, known);
    if (told.type !== 'gone') return told;
    const gone = `${known.name} is not there any more`;
    if (opensNone(message)) {
      const closed = { ...known, state: 'closed' as const };
      return { type: 'delivered', reference: closed, words: `${gone}; nothing is to be opened` };
    }
    return await openOne(message, tracker, `${gone}; `);
  }
  const found = await tracker.find();
  if (found.type !== 'done') return problemOf(found);
  if (found.value !== undefined) {
    const { id, name } = found.value;
    if (isFirst(message)) return opened({ id, name }, `${name} was opened already`);
    const told = await goOn(message, tracker, { id, name });
    return told.type === 'gone' ? { type: 'failed', error: told.error } : told;
  }
  if (opensNone(message)) {
    return { type: 'delivered', words: 'there is no ticket, and none is opened for this' };
  }
  return await openOne(message, tracker, '');
}

/** What a thread begins with, and a ticket found instead already says. */
function isFirst({ kind }: Message): boolean {
  return kind === 'opened' || kind === 'test';
}

function opened({ id, name }: Ticket, words: string): SendOutcome {
  return { type: 'delivered', reference: { id, name, state: 'open' }, words };
}

async function openOne(message: Message, tracker: Tracker, before: string): Promise<SendOutcome> {
  if (before !== '') {
    // The answer to the try that opened another one may have been lost.
    const found = await tracker.find();
    if (found.type !== 'done') return problemOf(found);
    if (found.value !== undefined) {
      const told = await goOn(message, tracker, found.value);
      if (told.type !== 'gone') return told;
    }
  }
  const made = await tracker.open();
  if (made.type === 'failed') {
    const { retryAfterMs = SEARCH_LAGS } = made;
    return { ...made, retryAfterMs };
  }
  if (made.type !== 'done') return problemOf(made);
  const { words = '', ...ticket } = made.value;
  return opened(ticket, `${before}opened ${ticket.name}${words}`);
}

/** Where it moves first, it does not comment twice when the answer to the move is lost. */
async function goOn(
  message: Message,
  tracker: Tracker,
  { id, name }: Ticket,
): Promise<SendOutcome | { type: 'gone'; error: string }> {
  const ticket = { id, name };
  const state = isOver(message) ? 'closed' : 'open';
  const moves = isOver(message) || message.kind === 'reopened';
  const moved = moves ? await tracker.move(ticket, state) : undefined;
  if (moved !== undefined && moved.type !== 'done') return moved;
  const told = await tracker.comment(ticket);
  if (told.type !== 'done') return told;
  const how = moved === undefined || moved.value === '' ? '' : `; ${moved.value}`;
  return {
    type: 'delivered',
    reference: { ...ticket, state },
    words: `commented on ${name}${how}`,
  };
}

function problemOf(asked: Problem | { type: 'gone'; error: string }): Problem {
  return asked.type === 'gone' ? { type: 'refused', error: asked.error } : asked;
}

/**
 * How a ticket is, for one that is followed.
 * @param isClosed asks its system
 * @example await lookAt(reference, true, () => askJson(context, request, shape))
 */
export async function lookAt(
  thread: ThreadReference,
  follows: boolean,
  isClosed: (id: string) => Promise<Asked<boolean>>,
): Promise<Looked> {
  const known = reference.safeParse(thread).data;
  if (known === undefined || known.state === 'closed' || !follows) return { type: 'left alone' };
  const { id, name } = known;
  const over = { id, name, state: 'closed' };
  const asked = await isClosed(id);
  switch (asked.type) {
    case 'done':
      return asked.value ? { type: 'closed', name, reference: over } : { type: 'open' };
    case 'gone':
      return { type: 'gone', name, reference: over };
    default: {
      const after = asked.type === 'failed' ? asked.retryAfterMs : undefined;
      const { error } = asked;
      return { type: 'unknown', error, ...(after === undefined ? {} : { retryAfterMs: after }) };
    }
  }
}
