import { describe, expect, it, test } from 'vitest';
import { formsOf } from './forms.js';
import { isSecretName } from './names.js';
import { createSecretRegistry, declareEnvironment } from './secret-registry.js';
import { SecretValues } from './secret-values.js';
import { findSecrets, type Json, maskJson } from './secrets-in-json.js';
import { maskText } from './secrets-in-text.js';

const SECRET = 'c4nary-7f/3 b+"x"';

describe('names', () => {
  test.each([
    'Authorization',
    'authorization',
    'Authorization.$',
    'Proxy-Authorization',
    'Cookie',
    'set-cookie',
    'X-Api-Key',
    'apiKey',
    'API_KEY',
    'password',
    'dbPassword',
    'DB_PASSWORD',
    'passwd',
    'token',
    'accessToken',
    'X-Amz-Security-Token',
    'secret',
    'client_secret',
    'SecretAccessKey',
    'SecretString',
    'credentials',
    'X-Amz-Signature',
    'sig',
    'private-key',
    'ApiKeyValue',
    'connectionString',
  ])('%s says that a secret stands under it', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  test.each([
    'key',
    'Key',
    'sort_key',
    'primaryKey',
    'token_count',
    'tokens',
    'maxTokens',
    'nextToken',
    'next_token',
    'NextPageToken',
    'taskToken',
    'TaskToken',
    'ClientRequestToken',
    'password_policy',
    'passwordLength',
    'secretArn',
    'AccessKeyId',
    'author',
    'authority',
    'signal',
    'keyboard',
    'monkey',
    'cookie_policy',
    '__proto__',
    'constructor',
  ])('%s does not', (name) => {
    expect(isSecretName(name)).toBe(false);
  });
});

describe('secrets in JSON', () => {
  it('are masked by name wherever the name stands, and by nothing else', () => {
    const value: Json = {
      Headers: { authorization: 'Bearer abc', accept: 'text/html' },
      QueryParameters: { api_key: ['one', 'two'], page: 2 },
      RequestBody: { user: 'ann', password: 12345678, key: 'orders', nested: [{ secret: 'x' }] },
    };
    expect(maskJson(value)).toEqual({
      Headers: { authorization: '***', accept: 'text/html' },
      QueryParameters: { api_key: ['***', '***'], page: 2 },
      RequestBody: { user: 'ann', password: '***', key: 'orders', nested: [{ secret: '***' }] },
    });
  });

  it('are those of pairs, flags, and objects under a secret name, too', () => {
    expect(
      maskJson([
        { Key: 'X-Api-Key', Value: 'abc' },
        { Key: 'X-Other', Value: 'abc', IsValueSecret: true },
        ['curl', '--password', 'abc', '--url', 'x'],
        { credentials: { RoleArn: 'arn:aws:iam::1:role/x', user: 'ann', value: 'abc' } },
      ]),
    ).toEqual([
      { Key: 'X-Api-Key', Value: '***' },
      { Key: 'X-Other', Value: '***', IsValueSecret: true },
      ['curl', '--password', '***', '--url', 'x'],
      { credentials: { RoleArn: 'arn:aws:iam::1:role/x', user: 'ann', value: '***' } },
    ]);
  });

  it('leave expressions as they are, except texts inside of them', () => {
    const definition = {
      'Authorization.$': '$.token',
      Authorization: '{% $states.input.token %}',
      'password.$': "States.Format('Bearer {}', $.x)",
      token: "{% 'Bearer s3cr3t-text' & $x %}",
      secret: '$not-a-path',
    };
    expect(maskJson(definition)).toEqual({
      ...definition,
      token: "{% '***' & $x %}",
      secret: '***',
    });
  });

  it('are not the tokens by which tasks are answered', () => {
    const token = 'ba55f0a1-3f7e-4b0e-9c55-0123456789ab-0-3';
    expect(maskJson({ token })).toEqual({ token });
  });

  it('are found in JSON that stands in a text', () => {
    const text = JSON.stringify({ body: JSON.stringify({ token: 'abcdef12' }), n: 1 });
    expect(JSON.parse(maskJson(text) as string)).toEqual({ body: '{"token":"***"}', n: 1 });
  });

  it('cost nothing where there are none: the same object comes back', () => {
    const value = {
      a: [1, { b: 'text with a token: foo' }],
      key: 'x',
      url: 'https://example.org/',
    };
    expect(maskJson(value)).toBe(value);
  });

  it('keep an own __proto__ an own one', () => {
    const masked = maskJson(JSON.parse('{"__proto__":{"p":1},"password":"abcdef"}') as Json);
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"p":1},"password":"***"}');
    expect(({} as { p?: number }).p).toBeUndefined();
  });

  it('are told with what a scheme and Basic wrap', () => {
    const found: string[] = [];
    const basic = `Basic ${Buffer.from('ann:pass-w0rd').toString('base64')}`;
    findSecrets({ Authorization: basic }, (secret) => found.push(secret));
    expect(found).toContain('pass-w0rd');
  });
});

describe('secrets in text', () => {
  test.each([
    ['GET https://ann:pw1234@example.org/x: 200', 'GET https://***@example.org/x: 200'],
    ['postgres://u:p%40ss@db:5432/x', 'postgres://***@db:5432/x'],
    ['to /cb?secret=abc&page=2', 'to /cb?secret=***&page=2'],
    ['https://a/b?X-Amz-Signature=0af1&X=1', 'https://a/b?X-Amz-Signature=***&X=1'],
    ['password=hunter2 user=ann', 'password=*** user=ann'],
    ['{"user":"ann","password":"hun\\"ter2"}', '{"user":"ann","password":"***"}'],
    ['x \\"token\\":\\"abc123def\\", y', 'x \\"token\\":\\"***\\", y'],
    [
      "curl -H 'Authorization: Bearer abc.def-1' https://x",
      "curl -H 'Authorization: ***' https://x",
    ],
    ['mysql --password hunter2 db', 'mysql --password *** db'],
    ['Cookie: a=1; b=2', 'Cookie: ***'],
    ['sent Bearer abcdef0123456789', 'sent Bearer ***'],
  ])('%s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  test.each([
    'Unexpected token: foo in line 3',
    'Basic authentication is needed',
    'the key: orders',
    'https://example.org/a@b?page=2&key_count=3',
    'mailto ann@example.org, see http://example.org',
    'SELECT count(*) AS tokens FROM t WHERE key = 3',
  ])('none is in: %s', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('take time in proportion to the text', () => {
    for (const unit of ['a', 'token ', 'a.', '://', '?a=', '"', '\\', 'x@', 'password=']) {
      const text = `password ${unit.repeat(262_144 / unit.length)}`;
      const began = performance.now();
      maskText(text);
      expect(performance.now() - began, unit).toBeLessThan(1_000);
    }
  });
});

describe('known values', () => {
  it('are found as they are, in base64 at every place, in URLs and in JSON', () => {
    const values = new SecretValues([SECRET]);
    for (const before of ['', 'a', 'ab', 'abc', 'abcd']) {
      const base64 = Buffer.from(`${before}${SECRET} after`).toString('base64');
      for (const text of [
        `${before}${SECRET}`,
        `${before}${JSON.stringify(SECRET)}`,
        `${before}${JSON.stringify(JSON.stringify(SECRET))}`,
        `${before}${encodeURIComponent(SECRET)}`,
        `${before}${new URLSearchParams({ v: SECRET })}`,
        base64,
        Buffer.from(base64, 'base64').toString('base64url'),
      ]) {
        expect(values.isIn(text), text).toBe(true);
        const masked = values.mask(text);
        expect(masked).toContain('***');
        for (const form of formsOf(SECRET)) expect(masked).not.toContain(form);
      }
    }
    expect(values.mask('nothing of it')).toBe('nothing of it');
  });

  it('are not taken up when they are too short or a word like any other', () => {
    const values = new SecretValues();
    for (const value of ['', 'abc', 'orders', 'true', 'password', '12345']) {
      expect(values.add(value)).toBe(false);
    }
    expect(values.add('hunter2')).toBe(true);
  });

  it('are forgotten alone, and make room, when they have expired', () => {
    const values = new SecretValues(['token-of-monday', 'token-of-tuesday'], 2);
    expect(values.add('token-of-wednesday')).toBe(false);
    expect(values.remove('token-of-monday')).toBe(true);
    expect(values.remove('token-of-monday')).toBe(false);
    expect(values.add('token-of-wednesday')).toBe(true);
    expect(values.mask('token-of-monday token-of-tuesday token-of-wednesday')).toBe(
      'token-of-monday *** ***',
    );
  });

  it('are masked whole when they overlap', () => {
    expect(new SecretValues(['abcdefgh', 'efghijkl']).mask('x abcdefghijkl y')).toBe('x *** y');
  });

  it('come from the environment by name and by address', () => {
    const secrets = createSecretRegistry();
    declareEnvironment(secrets, {
      PATH: '/usr/bin',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
      DATABASE_URL: 'postgres://u:s3cr3t-pw@db/x',
    });
    expect(secrets.text('wJalrXUtnFEMI and s3cr3t-pw in /usr/bin')).toBe('*** and *** in /usr/bin');
  });
});

describe('a reference to a secret that is kept here', () => {
  const secrets = createSecretRegistry();
  secrets.declareName('county-api');

  it.each<[Json]>([
    [{ env: { TOKEN: { secret: 'county-api' } } }],
    [{ headers: { Authorization: { secret: 'county-api', format: 'Bearer {}' } } }],
    [{ env: { KEY: { secret: 'county-api', as: 'file' } } }],
  ])('%j is shown as it is', (value) => {
    expect(secrets.json(value)).toBe(value);
    expect(secrets.find(value, () => {})).toBe(false);
  });

  it.each<[Json]>([
    [{ secret: 'no-name-of-any' }],
    [{ secret: 'county-api', more: { password: 'hunter-22' } }],
    [{ secret: 'county-api', format: 'Bearer 7fK2pQ9xLm3v {}' }],
    [{ password: 'county-api' }],
  ])('%j is none', (value) => {
    expect(JSON.stringify(secrets.json(value))).toContain('***');
  });
});
