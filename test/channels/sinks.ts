/**
 * Stand-ins of services, on loopback: they refuse what the real ones would refuse by their documentation.
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of bodies that they know.
  readonly json: any;
}

export interface Sink {
  readonly url: string;
  readonly received: Received[];
}

/** How a sink answers instead of the service's own way. */
export type Answer = (response: ServerResponse) => void;

/** A server on loopback; what it gets is noted. @param service judges and answers */
export async function openSink(
  service: (received: Received, response: ServerResponse) => void,
): Promise<Sink> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      const told = { method, path, headers, body, json: parsed(body) };
      received.push(told);
      service(told, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackWebhook({ json }: Received, response: ServerResponse): void {
  const wrong = slackProblem(json);
  if (wrong === undefined) response.end('ok');
  else response.writeHead(400).end(wrong);
}

/** https://docs.slack.dev/reference/methods/chat.postMessage */
export function slackApi(posted: number) {
  let count = posted;
  const judge = ({ json, headers, path }: Received): object => {
    const wrong = (error: string): object => ({ ok: false, error });
    if (path !== '/chat.postMessage') return wrong('unknown_method');
    if (headers.authorization !== 'Bearer xoxb-canary') return wrong('invalid_auth');
    const { channel = '', thread_ts: thread } = json as { channel?: string; thread_ts?: string };
    if (!['#data', 'C0DATA', '#other'].includes(channel)) return wrong('channel_not_found');
    if (thread !== undefined && !/^\d+\.\d+$/.test(thread)) return wrong('invalid_thread_ts');
    const error = slackProblem(json);
    if (error !== undefined) return wrong(error);
    count += 1;
    return { ok: true, channel: 'C0DATA', ts: `1790000000.00000${count}` };
  };
  return (received: Received, response: ServerResponse): void => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(judge(received)));
  };
}

interface SlackText {
  readonly type: string;
  readonly text: string;
}

/**
 * Shapes and limits of blocks, and the one mistake that Slack would not refuse: markup where data is.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is looked at.
function slackProblem(json: any): string | undefined {
  if (typeof json !== 'object' || json === null) return 'invalid_payload';
  const { text: line, blocks } = json;
  if (typeof line !== 'string' || line === '') return 'no_text';
  if (!Array.isArray(blocks) || blocks.length > 50) return 'invalid_blocks';
  for (const { type, text, fields = [] } of blocks as {
    type: string;
    text?: SlackText;
    fields?: SlackText[];
  }[]) {
    if (type !== 'header' && type !== 'section') return 'invalid_blocks';
    if (type === 'header' && (text?.type !== 'plain_text' || text.text.length > 150))
      return 'invalid_blocks';
    if (fields.length > 10 || fields.some((field) => field.text.length > 2_000))
      return 'invalid_blocks';
    if (text !== undefined && (text.text === '' || text.text.length > 3_000))
      return 'invalid_blocks';
    if (text === undefined && fields.length === 0) return 'invalid_blocks';
  }
  return undefined;
}
