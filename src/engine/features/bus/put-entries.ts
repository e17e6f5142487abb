/**
 * Entries of PutEvents: each becomes an event of the bus that it names, or is refused by itself.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * @module
 */
import { type PutEventsEntry, toEvent } from '../../../events/envelope.js';
import type { NewEvent } from '../../kernel/bus-event.js';
import { EngineError } from '../../kernel/errors.js';
import { busNameOf, ownResource } from '../../kernel/event-arns.js';
import type { Kernel } from '../../kernel/kernel.js';

export type EntryResult = { id: string } | { refused: { code: string; message: string } };

/** @param put stores one event; what it throws refuses the entry when it is InvalidEvent, and the request otherwise */
export async function putEntry(
  { arns, time, random }: Pick<Kernel, 'arns' | 'time' | 'random'>,
  put: (event: NewEvent) => Promise<void>,
  entry: PutEventsEntry,
): Promise<EntryResult> {
  const { accountId, region } = arns.identity;
  const at = time.now();
  const id = random.id(at);
  const now = `${new Date(at).toISOString().slice(0, 19)}Z`;
  const made = toEvent(entry, { id, account: accountId, region, now });
  if ('error' in made) return { refused: made.error };
  const { EventBusName } = entry;
  const isForeign =
    EventBusName?.startsWith('arn:') === true &&
    ownResource(arns.identity, EventBusName, 'event-bus') === undefined;
  if (isForeign) {
    const message =
      'Parameter EventBusName is not valid. Reason: It is no event bus of this account and region.';
    return { refused: { code: 'InvalidArgument', message } };
  }
  const { event } = made;
  try {
    await put({
      id,
      bus: busNameOf(EventBusName),
      source: event.source,
      detailType: event['detail-type'],
      detail: event.detail,
      time: event.time,
      resources: event.resources,
    });
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== 'InvalidEvent') throw error;
    return { refused: { code: 'InvalidArgument', message: error.message } };
  }
  return { id };
}
