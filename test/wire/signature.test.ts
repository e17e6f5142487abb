/**
 * Only what was signed with a key that Millrace issued is performed. The signatures here are made by AWS's own signer.
 * @module
 */

import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import {
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Key, openWireServer, PASS, ROLE, type WireServer } from './wire-server.js';

let it: WireServer;
let key: Key;

beforeAll(async () => {
  it = await openWireServer();
  key = await it.key();
});

afterAll(() => it.close());

interface Sent {
  headers: { [name: string]: string };
  body: string;
  path: string;
}

/** What the SDK would send, so that it can be changed on its way. */
async function signed(target: WireServer = it): Promise<Sent> {
  const client = target.client(key);
  let sent: Sent | undefined;
  client.middlewareStack.add(
    () => async (args) => {
      const { headers, body, path } = args.request as Sent;
      sent = { headers: { ...headers }, body, path };
      throw new Error('not sent');
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await client.send(new ListStateMachinesCommand({})).catch(() => undefined);
  return sent as Sent;
}

function post(
  { headers, body, path }: Sent,
  url = it.server.url,
): Promise<{ status: number; type: string; message: string; headers: object }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, path, method: 'POST', headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const { __type = '', message = '' } = JSON.parse(text) as Record<string, string>;
          const { statusCode = 0 } = response;
          // Clients cut off the namespace.
          const type = __type.slice(__type.indexOf('#') + 1);
          resolve({ status: statusCode, type, message, headers: response.headers });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Signs as the specification says, at another time or with other claims than a client would. */
function signWith(
  sent: Sent,
  changes: { date?: Date; leave?: string; stated?: string } = {},
): Sent {
  const stamp = (changes.date ?? new Date()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = stamp.slice(0, 8);
  const headers: { [name: string]: string } = {
    ...sent.headers,
    'x-amz-date': stamp,
    ...(changes.stated === undefined ? {} : { 'x-amz-content-sha256': changes.stated }),
  };
  delete headers.authorization;
  const names = Object.keys(headers)
    .filter((name) => /^(host|content-type|x-amz-.*)$/.test(name) && name !== changes.leave)
    .sort();
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const scope = `${day}/us-east-1/states/aws4_request`;
  const canonical = [
    'POST',
    '/',
    '',
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    changes.stated ?? hash(sent.body),
  ].join('\n');
  let secret: string | Buffer = `AWS4${key.secretAccessKey}`;
  for (const part of [day, 'us-east-1', 'states', 'aws4_request']) {
    secret = createHmac('sha256', secret).update(part).digest();
  }
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, hash(canonical)].join('\n');
  const signature = createHmac('sha256', secret).update(toSign).digest('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...sent, headers };
}

describe('a signed request', () => {
  test('is performed, with a request id and the content type of the protocol', async () => {
    const answer = await post(await signed());
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
  });

  test('is performed when the signature is made by hand as the specification says', async () => {
    expect(await post(signWith(await signed()))).toMatchObject({ status: 200 });
  });

  test('is refused when its body was changed on the way', async () => {
    const sent = await signed();
    const answer = await post({
      ...sent,
      body: '{"maxResults":7}',
      headers: { ...sent.headers, 'content-length': '16' },
    });
    expect(answer).toMatchObject({ status: 400, type: 'InvalidSignatureException' });
  });

  test('is refused when another operation was put in its place', async () => {
    const sent = await signed();
    sent.headers['x-amz-target'] = 'AWSStepFunctions.ListActivities';
    expect(await post(sent)).toMatchObject({ status: 400, type: 'InvalidSignatureException' });
  });

  test.each([
    [-6, 'Signature expired'],
    [6, 'Signature not yet current'],
  ])('is refused when its time is %i minutes away', async (minutes, message) => {
    const date = new Date(Date.now() + minutes * 60_000);
    const answer = await post(signWith(await signed(), { date }));
    expect(answer.type).toBe('InvalidSignatureException');
    expect(answer.message).toContain(message);
  });

  test.each(['host', 'x-amz-date'])('is refused when %s is not signed', async (leave) => {
    const answer = await post(signWith(await signed(), { leave }));
    expect(answer.type).toBe('InvalidSignatureException');
    expect(answer.message).toContain(`'${leave}' must be a signed header`);
  });

  test('is refused when it leaves its body unsigned', async () => {
    const answer = await post(signWith(await signed(), { stated: 'UNSIGNED-PAYLOAD' }));
    expect(answer.message).toBe('The body must be signed: UNSIGNED-PAYLOAD is not accepted here.');
  });

  test('is refused when its body comes in signed chunks', async () => {
    const stated = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
    const answer = await post(signWith(await signed(), { stated }));
    expect(answer.message).toBe(
      'Bodies in signed chunks are not accepted here: send the body whole.',
    );
  });
});

describe('anything else', () => {
  test('is refused without a signature', async () => {
    const sent = await signed();
    delete sent.headers.authorization;
    expect(await post(sent)).toMatchObject({
      status: 400,
      type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    });
  });

  test('is refused when it is presigned', async () => {
    const sent = await signed();
    delete sent.headers.authorization;
    const path = `/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${key.accessKeyId}&X-Amz-Signature=0`;
    const answer = await post({ ...sent, path });
    expect(answer.type).toBe('IncompleteSignatureException');
    expect(answer.message).toContain('Presigned requests are not accepted here');
  });

  test.each([
    'Bearer abc',
    'AWS4-HMAC-SHA256 Credential=AKIA/20260101',
    'AWS4-HMAC-SHA256',
    `AWS4-HMAC-SHA256 Credential=A/1/2/3/aws4_request, SignedHeaders=, Signature=${'0'.repeat(64)}`,
  ])('is refused when its authorization is %s', async (authorization) => {
    const sent = await signed();
    const answer = await post({ ...sent, headers: { ...sent.headers, authorization } });
    expect(answer.type).toBe('IncompleteSignatureException');
  });

  test('is refused with a token of the console', async () => {
    const token = await it.server.authenticator.issue('api', { label: 'person' });
    const sent = await signed();
    const headers = { ...sent.headers, authorization: `Bearer ${token}` };
    expect((await post({ ...sent, headers })).type).toBe('IncompleteSignatureException');
  });
});

describe('an access key', () => {
  const list = (used: Key): Promise<unknown> =>
    it.client(used).send(new ListStateMachinesCommand({}));

  test('is unknown unless Millrace issued it', async () => {
    await expect(list({ ...key, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    });
  });

  test('needs its secret', async () => {
    await expect(list({ ...key, secretAccessKey: 'wrong' })).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  test('is worth nothing after it was revoked', async () => {
    const other = await it.key();
    await list(other);
    expect(await it.server.accessKeys.revoke(EVERYTHING, other.accessKeyId)).toBe(true);
    await expect(list(other)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  test('does not lie in the data folder in readable form', async () => {
    const summaries = await it.server.accessKeys.list(EVERYTHING);
    expect(JSON.stringify(summaries)).not.toContain(key.secretAccessKey);
    expect(summaries.map(({ id }) => id)).toContain(key.accessKeyId);
  });

  test('of a viewer reads and changes nothing', async () => {
    const client = await it.open({ role: 'viewer' });
    await client.send(new ListStateMachinesCommand({}));
    const { CreateStateMachineCommand } = await import('@aws-sdk/client-sfn');
    const request = { name: 'viewers', definition: PASS, roleArn: ROLE };
    await expect(client.send(new CreateStateMachineCommand(request))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    const stateMachineArn = it.server.engine.arns.stateMachine('viewers');
    const describing = client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    await expect(describing).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  });
});

test('every key is taken only where the server was started for development', async () => {
  const open = await openWireServer({ acceptAnyAccessKey: true });
  try {
    const client = new SFNClient({
      endpoint: open.server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await expect(client.send(new ListStateMachinesCommand({}))).resolves.toMatchObject({
      stateMachines: [],
    });
    client.destroy();
    const sent = await signed(open);
    delete sent.headers.authorization;
    const answer = await post(sent, open.server.url);
    expect(answer.type).toBe('MissingAuthenticationTokenException');
  } finally {
    await open.close();
  }
});
