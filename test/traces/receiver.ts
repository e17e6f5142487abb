/**
 * A receiver of OTLP over HTTP that keeps what it gets, and OpenTelemetry's own definitions that say whether it is right.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code: number; message?: string };
  attributes: {
    key: string;
    value: { stringValue?: string; intValue?: string; boolValue?: boolean };
  }[];
  links?: { traceId: string; spanId: string }[];
}

export interface Receiver {
  url: string;
  bodies: string[];
  headers: IncomingHttpHeaders[];
  /** Every span that came, in its order. */
  spans(): ReceivedSpan[];
  /** How the next requests are answered; default: all is taken. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      if (request.method === 'POST' && request.url === '/v1/traces') bodies.push(text);
      headers.push(request.headers);
      receiver.answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ bodies, headers },
    spans: () =>
      bodies.flatMap((body) => {
        const { resourceSpans } = JSON.parse(body) as {
          resourceSpans: { scopeSpans: { spans: ReceivedSpan[] }[] }[];
        };
        return resourceSpans.flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans));
      }),
    answer: (response) => response.setHeader('content-type', 'application/json').end('{}'),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}

/** Ids are hex in OTLP's JSON, where the plain mapping of protobuf has base64: the one difference. */
const PARSE = `
import base64, json, sys
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
def ids(node):
    if isinstance(node, list):
        return [ids(one) for one in node]
    if isinstance(node, dict):
        return {k: base64.b64encode(bytes.fromhex(v)).decode() if k in ("traceId", "spanId", "parentSpanId") else ids(v) for k, v in node.items()}
    return node
count = 0
for body in json.load(sys.stdin):
    request = ParseDict(ids(json.loads(body)), ExportTraceServiceRequest())
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                assert len(span.trace_id) == 16 and any(span.trace_id), span
                assert len(span.span_id) == 8 and any(span.span_id), span
                assert len(span.parent_span_id) in (0, 8), span
                assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano, span
                assert span.name and 0 <= span.kind <= 5, span
                count += 1
print(count)
`;

/** How many spans there are in these bodies, read strictly by the protocol's own definitions. Throws what they object to. */
export function readByDefinition(bodies: readonly string[]): number {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', PARSE], {
    input: JSON.stringify(bodies),
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}
