/**
 * Functions that really run (ministack), watched by the lines that they leave in their log. It takes no filter with several terms, and
 * does not word an error that nobody caught as AWS's runtimes do: both are tried in src/monitoring/observed alone.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Aws, AwsObject } from '../../src/aws/aws.js';
import { createAws } from '../../src/aws/create-aws.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { createSecretRegistry } from '../../src/secrets/secret-registry.js';
import { type Ministack, startMinistack } from '../engine/ministack.js';
import { requirement } from '../requirements.js';
import { EngineHome } from '../support/engine-home.js';
import { until } from '../support/until.js';

const ministack = requirement('ministack');
const python = requirement('python3');
const REGION = 'eu-central-1';
const HANDLER = `
import time
def handler(event, context):
    if event.get('sleep'):
        time.sleep(event['sleep'])
    return event
`;

describe.skipIf(ministack.missing ?? python.missing)('functions of ministack', () => {
  let server: Ministack;
  let aws: Aws;
  let home: EngineHome;

  async function call(service: string, action: string, input: AwsObject): Promise<AwsObject> {
    const answer = await aws.call({
      ...{ place: { account: 'lake', region: REGION }, service, action, input },
    });
    if (answer.type === 'refused') throw new Error(`${action}: ${answer.name}: ${answer.message}`);
    return answer.output;
  }

  beforeAll(async () => {
    server = await startMinistack();
    aws = createAws({
      environment: { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret-0001' },
      secrets: createSecretRegistry(),
      accounts: [
        {
          ...{ name: 'lake', account: '000000000000', regions: [REGION], teams: '*' },
          endpoint: server.url,
        },
      ],
    });
    const folder = mkdtempSync(join(tmpdir(), 'function-'));
    writeFileSync(join(folder, 'count.py'), HANDLER);
    const zip = "import zipfile; zipfile.ZipFile('f.zip', 'w').write('count.py')";
    execFileSync('python3', ['-c', zip], { cwd: folder });
    const ZipFile = readFileSync(join(folder, 'f.zip')).toString('base64');
    rmSync(folder, { recursive: true });
    const created = await fetch(`${server.url}/2015-03-31/functions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20260101/${REGION}/lambda/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify({
        ...{ FunctionName: 'count', Runtime: 'python3.11', Handler: 'count.handler', Timeout: 2 },
        ...{ Role: 'arn:aws:iam::000000000000:role/r', Code: { ZipFile } },
      }),
    });
    expect(created.status).toBe(201);
    for (const payload of [{}, { sleep: 5 }]) {
      const Payload = JSON.stringify(payload);
      await call('lambda', 'invoke', { FunctionName: 'count', Payload });
    }
    const unfiltered: Aws = {
      accounts: () => aws.accounts(),
      counts: () => aws.counts(),
      close: () => aws.close(),
      call({ input: { FilterPattern: _, ...input }, ...rest }) {
        return aws.call({ ...rest, input });
      },
    };
    home = new EngineHome({ aws: unfiltered });
    await home.open();
  }, 120_000);
  afterAll(async () => {
    await home?.close();
    aws?.close();
    await server?.close();
  });

  it('tell of success and of a time-out', async () => {
    const watch = [{ account: 'lake', lambdaFunctions: ['count'] }];
    const file = { team: 'parcels', file: 'team.yaml', sections: { watch } };
    await home.engine.observers.declare([file], []);
    const results = async () => {
      const { items } = await home.engine.checks.list(EVERYTHING, { limit: 100 });
      return items.map(({ status, cause, units }) => {
        return `${status} ${cause} ${units?.gbSeconds === undefined ? '-' : 'GB s'}`;
      });
    };
    const found = await until(results, (all) => all.length >= 2);
    expect(found.sort()).toEqual([
      expect.stringMatching(/^CRITICAL timed out: Task timed out after 2.* GB s$/),
      'OK succeeded GB s',
    ]);
  }, 180_000);
});
