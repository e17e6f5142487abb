/**
 * EventBridge's operations on a real engine and a real file, with a clock that the test moves and API destinations that it answers.
 * @module
 */

import { attributesOf } from '../../src/engine/features/rules/delivery.js';
import { createEncryption } from '../../src/engine/kernel/masking/encryption.js';
import type { DestinationAnswer, DestinationRequest } from '../../src/engine/kernel/ports.js';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import { callerOf } from '../../src/http/wire/caller.js';
import { EVENT_OPERATIONS, type EventOperationName } from '../../src/http/wire/events/model.js';
import { EVENT_BRIDGE } from '../../src/http/wire/events/operations.js';
import { checkShape } from '../../src/http/wire/shape.js';
import { TimedEngine } from '../support/timed-engine.js';

export const ARN = 'arn:aws:events:us-east-1:000000000000';
export const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member.
type Answer = any;

export class EventServer extends TimedEngine {
  /** What was sent, and what the next tries are answered: what is not told arrives. */
  readonly sent: DestinationRequest[] = [];
  readonly answers: DestinationAnswer[] = [];

  constructor() {
    super({
      seal: createEncryption(Buffer.alloc(32, 7)),
      destinations: {
        send: async (request) => {
          this.sent.push(request);
          return this.answers.shift() ?? { type: 'arrived' };
        },
        ask: async () => ({ problem: 'nobody is asked here' }),
      },
    });
  }

  /** Calls an operation as a client of a team would. */
  async call(
    operation: EventOperationName,
    request: object = {},
    team = 'default',
  ): Promise<Answer> {
    checkShape(EVENT_OPERATIONS[operation], request);
    const answer = await EVENT_BRIDGE[operation]({
      engine: this.engine,
      caller: callerOf({ accessKeyId: 'AKIATEST', team, role: 'editor' }),
      request,
      whenGone: () => new AbortController().signal,
    });
    return JSON.parse(JSON.stringify(answer));
  }

  /** A state machine of a team that ends at once; answers its ARN. */
  async machine(name: string, team = 'default'): Promise<string> {
    const definition = { StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } };
    await this.deploy(name, {}, { team, definition });
    return `${MACHINE}:${name}`;
  }

  /** A rule with one target. */
  async rule(
    Name: string,
    target: object,
    more: { bus?: string; pattern?: object; team?: string; schedule?: string } = {},
  ): Promise<void> {
    const { bus = 'default', pattern = { source: ['shop'] }, team, schedule } = more;
    const when = schedule
      ? { ScheduleExpression: schedule }
      : { EventPattern: JSON.stringify(pattern) };
    await this.call('PutRule', { Name, EventBusName: bus, ...when }, team);
    const Targets = [{ Id: 'target', ...target }];
    await this.call('PutTargets', { Rule: Name, EventBusName: bus, Targets }, team);
  }

  /** Puts an event; answers its id. */
  async put(detail: object = { id: 7 }, more: object = {}, team?: string): Promise<string> {
    const entry = { Source: 'shop', DetailType: 'Order', Detail: JSON.stringify(detail), ...more };
    const { Entries } = await this.call('PutEvents', { Entries: [entry] }, team);
    await this.settled();
    return Entries[0].EventId;
  }

  /** Attributes of the dead letters of a team, the oldest first. */
  async deadLetters(team = 'default', queue?: string): Promise<{ [name: string]: string }[]> {
    await this.settled();
    const query = { limit: 100, ...(queue === undefined ? {} : { queue }) };
    return (await this.engine.deadLetters.list(ofTeam(team), query)).toReversed().map(attributesOf);
  }

  /** An API destination with an API key; answers its ARN. */
  async destination(name: string, more: object = {}, team?: string): Promise<string> {
    const { ConnectionArn } = await this.call(
      'CreateConnection',
      {
        Name: `${name}-connection`,
        AuthorizationType: 'API_KEY',
        AuthParameters: {
          ApiKeyAuthParameters: { ApiKeyName: 'X-Key', ApiKeyValue: 'very-secret' },
        },
      },
      team,
    );
    const { ApiDestinationArn } = await this.call(
      'CreateApiDestination',
      {
        Name: name,
        ConnectionArn,
        InvocationEndpoint: 'https://hooks.example.com/orders',
        HttpMethod: 'POST',
        ...more,
      },
      team,
    );
    return ApiDestinationArn;
  }
}
