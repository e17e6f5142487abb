/**
 * Copies of log lines: what arrives is what the receivers' protocols ask for, and no receiver holds the engine up.
 */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createDestinations } from '../../src/connectors/http/destinations.js';
import { systemClock } from '../../src/engine/adapters/system-ports.js';
import { LogCopy, type LogSink } from '../../src/engine/features/logs/copies/log-copy.js';
import { LogCopyError, openLogSink } from '../../src/engine/features/logs/copies/open-sinks.js';
import { fileSink, streamSink } from '../../src/engine/features/logs/copies/text-sinks.js';
import { recordOf } from '../../src/engine/features/logs/log-record.js';
import type { FoundLogLine } from '../../src/store/store.js';

const NOW = 1_795_176_000_123;
const destinations = createDestinations({ allowPrivateAddresses: true });

function line(message: string, more: Partial<FoundLogLine> = {}): FoundLogLine {
  return {
    ...{ at: NOW, state: 'Load', attempt: 1, stream: 'stdout', level: 'info', message },
    ...{ tags: { county: 'monroe', state: 'fl' }, number: 7, execution: 'id-7', name: 'one' },
    ...{ pipeline: 'parcels', team: 'land', startedAt: NOW - 1_000 },
    ...more,
  };
}

describe('a record', () => {
  it('has the tags of the pipeline and what Millrace knows, under the names of the server', () => {
    const one = line('read', { fields: { rows: 12, level: 'x', county: 'y' } });
    expect(recordOf(one, { names: {}, url: 'https://m.example' })).toEqual({
      timestamp: '2026-11-20T12:00:00.123Z',
      level: 'info',
      message: 'read',
      stateMachineExecutionID: 'id-7',
      stepfunctionName: 'parcels',
      stateMachineLink: 'https://m.example/executions/id-7',
      stateName: 'Load',
      attempt: 1,
      'start-time': '2026-11-20T11:59:59.123Z',
      team: 'land',
      stream: 'stdout',
      county: 'monroe',
      state: 'fl',
      rows: 12,
      'field.level': 'x',
      'field.county': 'y',
    });
    const named = recordOf(one, { names: { pipeline: 'job', stream: '' }, url: undefined });
    expect(named).toMatchObject({ job: 'parcels' });
    expect(named).not.toHaveProperty('stream');
    expect(named).not.toHaveProperty('stateMachineLink');
  });

  it('takes tags and fields of any name, and no prototype from them', () => {
    const tags = JSON.parse('{"__proto__":"a","constructor":"b"}') as { [key: string]: string };
    const record = recordOf(line('x', { tags }), { names: {}, url: undefined });
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(JSON.stringify(record)).toContain('"__proto__":"a"');
  });
});

interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** A receiver, and what it has received. `answer` says what it answers, or waits with it. */
class Receiver {
  readonly received: Received[] = [];
  answer: () => Promise<number> | number = () => 204;
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += String(chunk);
      });
      request.on('end', async () => {
        const { url = '', headers } = request;
        this.received.push({ path: url, headers, body: JSON.parse(text) });
        for (const wake of this.#waiting.splice(0)) wake();
        response.writeHead(await this.answer()).end();
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves once so many requests have come. */
  async requests(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let receiver: Receiver;
let address: string;
let problems: string[];
const open: LogCopy[] = [];

beforeEach(async () => {
  receiver = new Receiver();
  address = await receiver.open();
  problems = [];
});
afterEach(async () => {
  receiver.close();
  await Promise.all(open.splice(0).map((copy) => copy.close()));
});

function copyTo(sink: LogSink): LogCopy {
  const copy = new LogCopy(sink, {
    form: () => ({ names: {}, url: undefined }),
    onProblem: (problem) => void problems.push(problem),
    clock: systemClock(),
  });
  open.push(copy);
  return copy;
}

const to = (place: string, environment: { [name: string]: string } = {}): LogSink =>
  openLogSink(place, { destinations, environment });

/** AnyValue of common.proto, in the JSON mapping of protocol buffers: one member at most, 64-bit numbers as texts. */
const anyValue: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({}),
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ boolValue: z.boolean() }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
    z.strictObject({ doubleValue: z.number() }),
    z.strictObject({ arrayValue: z.strictObject({ values: z.array(anyValue) }) }),
    z.strictObject({ kvlistValue: z.strictObject({ values: attributes }) }),
  ]),
);
const attributes = z.array(z.strictObject({ key: z.string().min(1), value: anyValue }));
const nanoseconds = z.string().regex(/^\d{1,20}$/);
/** ExportLogsServiceRequest of opentelemetry-proto, as far as it may be sent without ids of traces. */
const exportLogs = z.strictObject({
  resourceLogs: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeLogs: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string() }),
          logRecords: z.array(
            z.strictObject({
              timeUnixNano: nanoseconds,
              observedTimeUnixNano: nanoseconds,
              severityNumber: z.int().min(1).max(24),
              severityText: z.string(),
              body: anyValue,
              attributes,
            }),
          ),
        }),
      ),
    }),
  ),
});

describe('a copy by OTLP', () => {
  it('is an export of logs, with the record as attributes', async () => {
    const environment = { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%2Cb, X-Team = land ' };
    const copy = copyTo(to(`otlp:${address}`, environment));
    const fields = { deep: { list: [1, 2.5, null, true] } };
    copy.add([line('read', { fields }), line('no', { level: 'error', pipeline: 'claims' })]);
    await receiver.requests(1);
    const [{ path, headers, body } = {} as Received] = receiver.received;
    expect(path).toBe('/v1/logs');
    expect(headers).toMatchObject({ 'api-key': 'a,b', 'x-team': 'land' });
    expect(headers['content-type']).toBe('application/json');
    const { resourceLogs } = exportLogs.parse(body);
    expect(resourceLogs).toHaveLength(2);
    const [first, second] = resourceLogs.map(({ scopeLogs }) => scopeLogs[0]?.logRecords[0]);
    expect(first?.timeUnixNano).toBe(`${NOW}000000`);
    expect(first?.body).toEqual({ stringValue: 'read' });
    expect(first?.attributes).toContainEqual({ key: 'county', value: { stringValue: 'monroe' } });
    expect(first?.attributes).toContainEqual({ key: 'attempt', value: { intValue: '1' } });
    expect(second).toMatchObject({ severityNumber: 17, severityText: 'ERROR' });
  });
});

describe("a copy to Loki's push API", () => {
  it('has few labels, and the records in order of time', async () => {
    const place = `loki:${address.replace('//', '//user:p%40ss@')}`;
    const copy = copyTo(to(place, { MILLRACE_LOKI_HEADERS: 'X-Scope-OrgID=land' }));
    copy.add([line('second', { at: NOW + 5 }), line('first')]);
    await receiver.requests(1);
    const [{ path, headers, body } = {} as Received] = receiver.received;
    expect(path).toBe('/loki/api/v1/push');
    expect(headers['x-scope-orgid']).toBe('land');
    expect(headers.authorization).toBe(`Basic ${btoa('user:p@ss')}`);
    const push = z.strictObject({
      streams: z.array(
        z.strictObject({
          stream: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string()),
          values: z.array(z.tuple([nanoseconds, z.string()])),
        }),
      ),
    });
    const { streams } = push.parse(body);
    expect(streams).toHaveLength(1);
    expect(streams[0]?.stream).toEqual({ service_name: 'parcels', team: 'land', level: 'info' });
    const records = streams[0]?.values.map(([, text]) => JSON.parse(text) as { message: string });
    expect(records?.map(({ message }) => message)).toEqual(['first', 'second']);
    expect(copy.to).not.toContain('p%40ss');
  });
});

describe('a receiver', () => {
  it('that fails is asked again with the same lines, and what happened is said once', async () => {
    let answers = 0;
    receiver.answer = () => (++answers < 3 ? 503 : 204);
    const copy = copyTo(to(`loki:${address}`));
    copy.add([line('one')]);
    await receiver.requests(3);
    await copy.close();
    expect(copy.counts).toEqual({ sent: 1, dropped: 0 });
    expect(receiver.received[2]?.body).toEqual(receiver.received[0]?.body);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('it is tried again: The endpoint answered 503');
    expect(problems[1]).toContain('it goes on; no line was left out');
  });

  it('that refuses gets no line twice, and those are counted', async () => {
    receiver.answer = () => 400;
    const copy = copyTo(to(`otlp:${address}`));
    copy.add([line('one'), line('two')]);
    await receiver.requests(1);
    await copy.close();
    expect(copy.counts).toEqual({ sent: 0, dropped: 2 });
    expect(problems[0]).toContain('lines are refused: The endpoint answered 400');
  });

  it('that never answers costs a bounded queue, and the engine no time', async () => {
    receiver.answer = () => new Promise<number>(() => {});
    const copy = copyTo(to(`loki:${address}`));
    const lines = Array.from({ length: 1_000 }, (_, n) => line(`${n}`));
    const before = performance.now();
    for (let part = 0; part < 100; part += 1) copy.add(lines);
    expect(performance.now() - before).toBeLessThan(500);
    expect(copy.counts.dropped).toBe(80_000);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('lines are left out: they come faster than they can be sent');
  });

  it('at a private address is not dialled, unless the operator allows it', async () => {
    const guarded = createDestinations({ allowPrivateAddresses: false });
    const copy = copyTo(openLogSink(`loki:${address}`, { destinations: guarded, environment: {} }));
    copy.add([line('one')]);
    await expect.poll(() => problems[0]).toContain('is not an address of the public internet');
    expect(receiver.received).toEqual([]);
    expect(copy.counts.dropped).toBe(1);
  });

  it.each(['nowhere', 'file:', 'otlp:', 'loki:ftp://x', 'otlp:localhost:4318', 'STDOUT'])(
    'is not %s, and it is said what to write',
    (place) => {
      expect(() => to(place)).toThrow(LogCopyError);
    },
  );

  it('is refused when the headers in the environment are none', () => {
    expect(() => to('otlp:http://a', { OTEL_EXPORTER_OTLP_HEADERS: 'oops' })).toThrow(
      'OTEL_EXPORTER_OTLP_HEADERS is no list of headers',
    );
  });
});

describe('a copy as lines of JSON', () => {
  it('goes to a file that begins anew when it is full, and keeps a few', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-copies-'));
    try {
      const file = join(folder, 'deep', 'logs.ndjson');
      const sink = fileSink(file, { size: 2_000, kept: 2 });
      for (let n = 0; n < 30; n += 1) {
        const one = line(`line ${n}`);
        const record = recordOf(one, { names: {}, url: undefined });
        const outcome = await sink.send([{ line: one, record }], AbortSignal.timeout(5_000));
        expect(outcome).toEqual({ type: 'arrived' });
      }
      await sink.close();
      const names = readdirSync(join(folder, 'deep')).sort();
      expect(names).toEqual(['logs.ndjson', 'logs.ndjson.1', 'logs.ndjson.2']);
      const texts = [...names]
        .reverse()
        .map((name) => readFileSync(join(folder, 'deep', name), 'utf8'));
      for (const text of texts) expect(text.length).toBeLessThanOrEqual(2_000);
      const kept = texts
        .join('')
        .trim()
        .split('\n')
        .map((text) => (JSON.parse(text) as { message: string }).message);
      expect(kept.at(-1)).toBe('line 29');
      expect(kept).toEqual(
        Array.from({ length: kept.length }, (_, n) => `line ${30 - kept.length + n}`),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('goes to a stream, and whoever stops reading it ends nothing', async () => {
    const stream = new PassThrough();
    const copy = copyTo(streamSink('stdout', stream));
    copy.add([line('a\u001b[31m')]);
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    expect(String(chunk)).toContain('\\u001b[31m');
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    copy.add([line('b')]);
    await expect.poll(() => copy.counts.dropped).toBe(1);
    expect(problems[0]).toContain('EPIPE');
  });
});
