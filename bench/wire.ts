/**
 * The wire API against the REST API: the same two requests, start and describe, by as many clients; and pages of the
 * longest history there can be.
 * @module
 */
import { createHmac, hash } from 'node:crypto';
import http from 'node:http';
import {
  type BenchServer,
  closedLoop,
  executions,
  type LoopResult,
  median,
  report,
  round,
  startBenchServer,
} from './load.js';

const ARN = 'arn:aws:states:us-east-1:000000000000';
const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });

type Call = <Answer>(operation: string, body: unknown) => Promise<Answer>;

/** A client that signs as AWS's do, without the rest of them: what is measured is the server. */
export function wireClient({ url, key }: BenchServer): Call {
  const { hostname, port, host } = new URL(url);
  const hmac = (secret: string | Buffer, text: string): Buffer =>
    createHmac('sha256', secret).update(text).digest();
  const sha256 = (text: string): string => hash('sha256', text, 'hex');
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const scope = `${day}/us-east-1/states/aws4_request`;
  let signingKey: string | Buffer = `AWS4${key.secretAccessKey}`;
  for (const part of scope.split('/')) signingKey = hmac(signingKey, part);
  const names = 'content-type;host;x-amz-date;x-amz-target';
  return (operation, body) =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
      const target = `AWSStepFunctions.${operation}`;
      const canonical = `POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:${host}\nx-amz-date:${stamp}\nx-amz-target:${target}\n\n${names}\n${sha256(text)}`;
      const toSign = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical)}`;
      const signature = hmac(signingKey, toSign).toString('hex');
      const request = http.request(
        {
          hostname,
          port,
          path: '/',
          method: 'POST',
          agent,
          headers: {
            host,
            'x-amz-date': stamp,
            'x-amz-target': target,
            'content-type': 'application/x-amz-json-1.0',
            'content-length': Buffer.byteLength(text),
            authorization: `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
          },
        },
        (response) => {
          let answer = '';
          response.on('data', (chunk) => {
            answer += chunk;
          });
          response.on('end', () => {
            if (response.statusCode === 200) resolve(JSON.parse(answer));
            else reject(new Error(`${response.statusCode} ${answer}`));
          });
        },
      );
      request.on('error', reject);
      request.end(text);
    });
}

/** Start and describe, by either API, in turn: `rounds` times `count` of each. */
export async function wireAgainstRest(
  count: number,
  clients: number,
  rounds: number,
): Promise<number> {
  const server = await startBenchServer();
  const call = wireClient(server);
  const input = { v: 1 };
  const byRest = async (): Promise<void> => {
    const { id } = await server.post<{ id: string }>('/executions', { pipeline: 'pass', input });
    await server.get(`/executions/${id}`);
  };
  const byWire = async (): Promise<void> => {
    const { executionArn } = await call<{ executionArn: string }>('StartExecution', {
      stateMachineArn: `${ARN}:stateMachine:pass`,
      input: JSON.stringify(input),
    });
    await call('DescribeExecution', { executionArn });
  };
  const rest: LoopResult[] = [];
  const wire: LoopResult[] = [];
  for (const one of [byRest, byWire]) await closedLoop(300, clients, one);
  for (let round = 0; round < rounds; round++) {
    rest.push(await closedLoop(count, clients, byRest));
    wire.push(await closedLoop(count, clients, byWire));
  }
  await server.close();
  const line = (name: string, loops: LoopResult[]): number => {
    const rate = median(loops.map(({ per_s }) => per_s));
    report({
      bench: `start and describe, ${name}`,
      executions: count * rounds,
      clients,
      executions_per_s: Math.round(rate),
      p50_ms: round(median(loops.map(({ p50_ms }) => p50_ms))),
      p99_ms: round(median(loops.map(({ p99_ms }) => p99_ms))),
    });
    return rate;
  };
  const ratio = line('wire API', wire) / line('REST', rest);
  report({ ratio: 'wire API / REST', value: round(ratio), goal: '>= 0.85' });
  return ratio;
}

/** Pages of a history of 25,000 events, beside idle executions of ten steps in the same run. */
export async function longHistory(pages: number): Promise<void> {
  const server = await startBenchServer();
  const call = wireClient(server);
  const one = executions(server, 'pass');
  await closedLoop(100, 1, one);
  await server.post('/executions?wait=120', { pipeline: 'longest', name: 'once', input: { n: 0 } });
  const executionArn = `${ARN}:execution:longest:once`;
  const idle = await closedLoop(100, 1, one);
  const tokens: (string | undefined)[] = [];
  let nextToken: string | undefined;
  let events = 0;
  do {
    tokens.push(nextToken);
    const page: { events: unknown[]; nextToken?: string } = await call('GetExecutionHistory', {
      executionArn,
      maxResults: 1000,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    events += page.events.length;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  const p50s: number[] = [];
  for (const maxResults of [100, 1000]) {
    const times: number[] = [];
    for (let page = 0; page < pages; page++) {
      const token = tokens[page % tokens.length];
      const at = performance.now();
      await call('GetExecutionHistory', {
        executionArn,
        maxResults,
        ...(token === undefined ? {} : { nextToken: token }),
      });
      times.push(performance.now() - at);
    }
    times.sort((a, b) => a - b);
    p50s.push(median(times));
    report({
      bench: `page of ${maxResults} events`,
      history_events: events,
      p50_ms: round(median(times)),
      p95_ms: round(times[Math.floor(times.length * 0.95)] ?? 0),
      goal: 'p95 < 50 ms',
      idle_ten_steps_p50_ms: round(idle.p50_ms),
    });
  }
  const [small = 0, large = 1] = p50s;
  report({
    ratio: 'page of 100 events / page of 1000',
    value: round(small / large),
    goal: '<= 0.3',
  });
  await server.close();
}
