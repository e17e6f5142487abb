/**
 * One mail over SMTP, and whether it arrived.
 *
 *     socket to an address that is allowed ──▶ (TLS) ──▶ greeting ──▶ STARTTLS, required ──▶ AUTH ──▶ MAIL, RCPT, DATA ──▶ 250
 *
 * Answers that begin with 4 are passing and those with 5 are not (RFC 5321 §4.2.1).
 * @module
 */
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { Mail, MailServer, SendOutcome } from '../../../channels/channel.js';

export interface SmtpGuard {
  isAllowed(address: string): boolean;
  readonly lookup: unknown;
  readonly timeoutMs: number;
  readonly authorities?: string;
}

/** What nodemailer tells of an error. */
interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
}

/** Never rejects. */
export async function sendMail(
  server: MailServer,
  mail: Mail,
  closing: AbortSignal,
  guard: SmtpGuard,
): Promise<SendOutcome> {
  const { host, port } = server;
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !guard.isAllowed(bare)) return notAllowed(bare);
  const timeout = AbortSignal.timeout(guard.timeoutMs);
  const signal = AbortSignal.any([closing, timeout]);
  let socket: Socket | undefined;
  try {
    socket = await open(bare, port, signal, guard);
    return await deliver(server, mail, socket, signal, guard);
  } catch (error) {
    if (timeout.aborted) {
      const words = `the mail server did not take it within ${guard.timeoutMs / 1_000} s`;
      return { type: 'failed', error: words };
    }
    return judge(error as SmtpError);
  } finally {
    socket?.destroy();
  }
}

/** The address is checked where it is known for sure: what our own lookup answers is dialled. */
function open(host: string, port: number, signal: AbortSignal, guard: SmtpGuard): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup: guard.lookup as LookupFunction });
    const abort = (): void => void socket.destroy(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

async function deliver(
  server: MailServer,
  mail: Mail,
  socket: Socket,
  signal: AbortSignal,
  { timeoutMs, authorities }: SmtpGuard,
): Promise<SendOutcome> {
  const { createTransport } = await import('nodemailer');
  const { host, port, security, user, password } = server;
  const transport = createTransport({
    ...{ host, port, connection: socket, secure: security === 'tls' },
    ...{ requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    ...{ greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
    tls: {
      minVersion: 'TLSv1.2',
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(authorities === undefined ? {} : { ca: authorities }),
    },
  } as object);
  const { from, to, subject, text, html, headers } = mail;
  const {
    'Message-ID': messageId,
    'In-Reply-To': inReplyTo,
    References: references,
    ...others
  } = headers;
  const sending = transport.sendMail({
    ...{ from: { name: '', address: from }, to: to.map((address) => ({ name: '', address })) },
    ...{ subject, text, html, headers: others },
    ...(messageId === undefined ? {} : { messageId }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references === undefined ? {} : { references }),
  });
  const info = (await Promise.race([sending, aborted(signal)])) as { rejected?: unknown[] };
  const rejected = (info.rejected ?? []).map(String);
  const taken = to.length - rejected.length;
  const left = rejected.length === 0 ? '' : `; refused: ${rejected.join(', ')}`;
  return { type: 'delivered', words: `sent to ${taken} of ${to.length}${left}` };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}

function judge(error: SmtpError): SendOutcome {
  const { code = '', responseCode, response, message, name } = error;
  if (name === 'TaskFailure' || /not an address of the public internet/.test(message)) {
    return { type: 'refused', error: message };
  }
  const said = (response ?? message ?? code).replaceAll(/\s+/g, ' ').slice(0, 300);
  // STARTTLS that is not offered may be somebody on the way who takes it out: it is waited for.
  const isFinal =
    code !== 'ETLS' && ((responseCode ?? 0) >= 500 || code === 'EENVELOPE' || code === 'EAUTH');
  const isPassing = responseCode !== undefined && responseCode < 500;
  return isFinal && !isPassing
    ? { type: 'refused', error: `the mail server refused it: ${said}` }
    : { type: 'failed', error: `the mail could not be sent: ${said}` };
}

function notAllowed(address: string): SendOutcome {
  const error = `${address} is not an address of the public internet: allow it with --allow-channel-address`;
  return { type: 'refused', error };
}
