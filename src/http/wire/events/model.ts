/**
 * The operations of EventBridge that Millrace answers, and the shapes of their requests.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
 * @module
 */
import { type Shape, type Structure, structure } from '../shape.js';

const text: Shape = { type: 'string' };

const OPERATIONS = {
  // How many entries, and how large, is judged in the words of the operation itself.
  PutEvents: structure({
    'Entries!': {
      type: 'list',
      member: structure({
        Time: { type: 'number' },
        Source: text,
        Resources: { type: 'list', member: text },
        DetailType: text,
        Detail: { type: 'string', sensitive: true },
        EventBusName: { type: 'string', min: 1, max: 1600 },
        TraceHeader: { type: 'string', min: 1, max: 500 },
      }),
    },
    EndpointId: { type: 'string', min: 1, max: 50 },
  }),
  TestEventPattern: structure({
    'EventPattern!': { type: 'string', max: 4096 },
    'Event!': { type: 'string', sensitive: true },
  }),
} satisfies { [name: string]: Structure };

export const EVENT_OPERATIONS: { readonly [name: string]: Structure } = OPERATIONS;

/** Operations that change nothing: what a viewer's access key may call. */
export const READING_EVENTS: ReadonlySet<string> = new Set(['TestEventPattern']);
