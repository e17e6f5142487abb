/**
 * E-mail: real mails over real connections to a real SMTP server, with TLS.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SendContext, SendOutcome } from '../../src/channels/channel.js';
import { EMAIL } from '../../src/channels/email/email-channel.js';
import { mailHtml } from '../../src/channels/email/mail-html.js';
import type { Message } from '../../src/channels/message.js';
import { createChannelPorts } from '../../src/engine/adapters/channels/channel-ports.js';
import { ATTACKS, attacked, message } from './messages.js';

const USER = 'millrace';
const PASSWORD = 'canary-password';

let folder: string;
let key: string;
let cert: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-smtp-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', keyFile, '-out', certFile],
    ],
    { stdio: 'ignore' },
  );
  key = readFileSync(keyFile, 'utf8');
  cert = readFileSync(certFile, 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface GotMail {
  readonly to: readonly string[];
  readonly from: string;
  readonly isSecure: boolean;
  readonly user: string | undefined;
  /** Header lines, unfolded. */
  readonly headers: readonly string[];
  readonly raw: string;
}

interface MailBox {
  readonly port: number;
  readonly mails: GotMail[];
}

async function openMailBox(options: SMTPServerOptions = {}): Promise<MailBox> {
  const mails: GotMail[] = [];
  const server = new SMTPServer({
    ...{ key, cert, authOptional: true, logger: false, closeTimeout: 100 },
    onAuth: ({ username, password }, _session, done) =>
      username === USER && password === PASSWORD
        ? done(null, { user: username })
        : done(Object.assign(new Error('535 bad credentials'), { responseCode: 535 })),
    onData(stream, session, done) {
      void text(stream).then((raw) => {
        const [head = ''] = raw.split('\r\n\r\n', 1);
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          to: rcptTo.map(({ address }) => address),
          from: mailFrom === false ? '' : mailFrom.address,
          isSecure: session.secure,
          user: session.user as string | undefined,
          headers: head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n'),
          raw,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { mails, port: (server.server.address() as AddressInfo).port };
}

const ports = () =>
  createChannelPorts({
    ...{ allowPrivateAddresses: ['127.0.0.1', '::1'], authorities: cert, timeoutMs: 700 },
    resolve: (_name, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
  });

async function send(
  port: number,
  told: Message,
  more: object = {},
  context: Partial<SendContext> = {},
): Promise<SendOutcome> {
  const config = EMAIL.config.parse({
    ...{ host: 'localhost', port, from: 'millrace@example.org', to: ['data@example.org'] },
    ...more,
  });
  return await EMAIL.send(told, config, {
    ...{
      ports: ports(),
      address: undefined,
      people: [],
      thread: undefined,
      mark: 'm',
      now: told.at,
    },
    signal: new AbortController().signal,
    ...context,
  });
}

const header = ({ headers }: GotMail, name: string): string[] =>
  headers.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));

describe('a mail', () => {
  test('arrives over STARTTLS, after the password, in HTML and text', async () => {
    const box = await openMailBox({ authOptional: false });
    const outcome = await send(box.port, message(), { user: USER, password: PASSWORD });
    expect(outcome).toMatchObject({ type: 'delivered', words: 'sent to 1 of 1' });
    const [mail] = box.mails as [GotMail];
    expect(mail).toMatchObject({
      ...{ to: ['data@example.org'], from: 'millrace@example.org', isSecure: true, user: USER },
    });
    expect(header(mail, 'Subject')).toEqual(['Subject: orders failed']);
    expect(mail.raw).toContain('multipart/alternative');
    expect(mail.raw).toContain('text/plain');
    expect(mail.raw).toContain('text/html');
    expect(mail.raw).not.toContain(PASSWORD);
  });

  test('arrives over TLS from the beginning, and without any where that is said', async () => {
    const secure = await openMailBox({ secure: true });
    expect(await send(secure.port, message(), { security: 'tls' })).toMatchObject({
      type: 'delivered',
    });
    expect(secure.mails[0]?.isSecure).toBe(true);
    const plain = await openMailBox({ disabledCommands: ['STARTTLS'] });
    expect(await send(plain.port, message(), { security: 'none' })).toMatchObject({
      type: 'delivered',
    });
    expect(plain.mails[0]?.isSecure).toBe(false);
  });

  test('is not sent where STARTTLS is wanted and not offered, or by a certificate that nobody knows', async () => {
    const plain = await openMailBox({ disabledCommands: ['STARTTLS'] });
    expect(await send(plain.port, message())).toMatchObject({ type: 'failed' });
    expect(plain.mails).toEqual([]);
    const box = await openMailBox();
    const strangers = createChannelPorts({ allowPrivateAddresses: true });
    expect(await send(box.port, message(), {}, { ports: strangers })).toMatchObject({
      ...{ type: 'failed', error: expect.stringContaining('certificate') },
    });
    expect(box.mails).toEqual([]);
  });

  test.each(ATTACKS.map((attack) => [attack.slice(0, 40), attack]))(
    'whose texts are %j has one recipient and one line a header',
    async (_name, attack) => {
      const box = await openMailBox();
      expect(await send(box.port, attacked(attack))).toMatchObject({ type: 'delivered' });
      const [mail] = box.mails as [GotMail];
      expect(mail.to).toEqual(['data@example.org']);
      expect(header(mail, 'To')).toEqual(['To: data@example.org']);
      for (const name of ['Bcc', 'Cc']) expect(header(mail, name)).toEqual([]);
      expect(header(mail, 'Subject')).toHaveLength(1);
      expect(mailHtml(attacked(attack))).not.toMatch(/<script|<img|<svg|javascript:|data:text/i);
    },
  );

  test('has an id that follows from its key, and answers the first of its thread', async () => {
    const box = await openMailBox();
    const first = await send(box.port, message());
    const reference = first.type === 'delivered' ? first.reference : undefined;
    await send(box.port, message({ key: 'incident-42-2' }), {}, { thread: reference });
    await send(box.port, message());
    const ids = box.mails.map((mail) => header(mail, 'Message-ID')[0]);
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[0]).toBe(`Message-ID: ${reference?.first}`);
    expect(header(box.mails[1] as GotMail, 'In-Reply-To')).toEqual([
      `In-Reply-To: ${reference?.first}`,
    ]);
  });

  test('goes to people who are told in particular, or to one address alone', async () => {
    const box = await openMailBox();
    const people = [
      { name: 'Ada', email: 'ada@example.org' },
      { name: 'Eve' },
      { name: 'Bad', email: 'x\r\nBcc: y@z.example' },
    ];
    await send(box.port, message(), {}, { people });
    await send(box.port, message(), {}, { people, address: 'only@example.org' });
    expect(box.mails.map(({ to }) => to)).toEqual([
      ['data@example.org', 'ada@example.org'],
      ['only@example.org'],
    ]);
    expect(await send(box.port, message(), { to: [] })).toMatchObject({ type: 'refused' });
  });

  test('of a digest brings its own HTML', () => {
    expect(mailHtml(message({ html: '<p>digest</p>' }))).toBe('<p>digest</p>');
  });
});

describe('a mail server', () => {
  const answering = (responseCode: number): SMTPServerOptions => ({
    onRcptTo: (_address, _session, done) =>
      done(Object.assign(new Error(`${responseCode} no`), { responseCode })),
  });

  test.each([
    [450, 'failed'],
    [451, 'failed'],
    [550, 'refused'],
    [553, 'refused'],
  ])('that answers %i to the recipient: %s', async (code, type) => {
    const box = await openMailBox(answering(code));
    expect(await send(box.port, message())).toMatchObject({ type });
  });

  test('that refuses one of two recipients takes the mail, and it is said', async () => {
    const box = await openMailBox({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('no')
          ? done(Object.assign(new Error('no'), { responseCode: 550 }))
          : done(),
    });
    const to = ['data@example.org', 'no@example.org'];
    expect(await send(box.port, message(), { to })).toMatchObject({
      words: 'sent to 1 of 2; refused: no@example.org',
    });
  });

  test('that does not take the password refuses for good, and it is told without it', async () => {
    const box = await openMailBox({ authOptional: false });
    const outcome = await send(box.port, message(), { user: USER, password: 'canary-wrong' });
    expect(outcome).toMatchObject({ type: 'refused' });
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  test('that says nothing is waited for no longer than it may; one that is not there is tried again', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    expect(await send(port, message())).toMatchObject({ type: 'failed' });
    expect(await send(9, message())).toMatchObject({ type: 'failed' });
  }, 180_000);

  test('at an address that the operator has not allowed is not dialled', async () => {
    const box = await openMailBox();
    const guarded = createChannelPorts({});
    expect(
      await send(box.port, message(), { host: '127.0.0.1' }, { ports: guarded }),
    ).toMatchObject({
      type: 'refused',
    });
    expect(await send(box.port, message(), {}, { ports: guarded })).toMatchObject({
      type: 'refused',
    });
    expect(box.mails).toEqual([]);
  });
});

test.each([
  'a b@example.org',
  'a@example.org, b@example.org',
  '<a@example.org>',
  'Ada <a@example.org>',
  'a@example.org\r\nBcc: b@example.org',
  'a@',
  '@example.org',
  '"x y"@example.org',
  'a@exa mple.org',
])('%j is no address', (to) => {
  const config = { host: 'localhost', from: 'a@example.org', to: [to] };
  expect(EMAIL.config.safeParse(config).success).toBe(false);
});
