/**
 * Ports of channels that a test commands: what is sent is noted, and answered as the test says.
 * @module
 */
import type { ChannelAnswer, ChannelPorts, ChannelRequest } from '../../src/channels/channel.js';

export interface SentRequest extends ChannelRequest {
  /** As it was sent. */
  readonly json: {
    readonly key: string;
    readonly title: string;
    readonly thread: string;
    readonly [field: string]: unknown;
  };
}

export const OK: ChannelAnswer = { type: 'answered', status: 200, headers: {}, body: 'ok' };
export const DOWN: ChannelAnswer = {
  type: 'unreachable',
  error: 'it cannot be reached: ECONNREFUSED',
};

/** @example const sink = new CommandedPorts(); sink.answer = () => DOWN; */
export class CommandedPorts implements ChannelPorts {
  readonly sent: SentRequest[] = [];
  answer: (request: SentRequest) => ChannelAnswer | Promise<ChannelAnswer> = () => OK;

  async http(request: ChannelRequest): Promise<ChannelAnswer> {
    const sent = { ...request, json: JSON.parse(request.body ?? '{}') as SentRequest['json'] };
    this.sent.push(sent);
    return await this.answer(sent);
  }

  async mail(): ReturnType<ChannelPorts['mail']> {
    return { type: 'failed', error: 'this test sends no mail' };
  }

  async aws(): ReturnType<ChannelPorts['aws']> {
    return { type: 'failed', error: 'this test calls no service of AWS' };
  }

  /** Keys of messages, as they were sent. */
  keys(): string[] {
    return this.sent.map(({ json }) => json.key);
  }
}
