/**
 * A message to SNS or SES by AWS's own client, to an address that may be dialled, with a deadline.
 *
 * Throttling, faults of the service and what does not answer may pass; anything else that it refuses does not.
 * https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
 * @module
 */
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { AwsAccount, AwsCall, SendOutcome } from '../../../channels/channel.js';

export interface AwsGuard {
  isAllowed(address: string): boolean;
  readonly lookup: unknown;
  readonly timeoutMs: number;
}

/** What AWS's clients tell of an error. */
interface AwsError extends Error {
  $metadata?: { httpStatusCode?: number };
  $retryable?: { throttling?: boolean };
  $fault?: 'client' | 'server';
}

/** Never rejects. */
export async function callAws(
  account: AwsAccount,
  call: AwsCall,
  closing: AbortSignal,
  guard: AwsGuard,
): Promise<SendOutcome> {
  const { endpoint } = account;
  const host = endpoint === undefined ? '' : new URL(endpoint).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !guard.isAllowed(host)) {
    const error = `${host} is not an address of the public internet: allow it with --allow-channel-address`;
    return { type: 'refused', error };
  }
  const timeout = AbortSignal.timeout(guard.timeoutMs);
  const lookup = guard.lookup as LookupFunction;
  const options = {
    region: account.region,
    // Deliveries are tried again by themselves.
    maxAttempts: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
    // The client writes into what it is given.
    ...(account.credentials === undefined ? {} : { credentials: { ...account.credentials } }),
    requestHandler: {
      httpAgent: new http.Agent({ lookup }),
      httpsAgent: new https.Agent({ lookup }),
    },
  };
  const abortSignal = AbortSignal.any([closing, timeout]);
  try {
    return call.type === 'publish'
      ? await publish(call, options, abortSignal)
      : await mail(call, options, abortSignal);
  } catch (error) {
    if (timeout.aborted) {
      return { type: 'failed', error: `there was no answer within ${guard.timeoutMs / 1_000} s` };
    }
    return judge(error as AwsError);
  }
}

type Options = import('@aws-sdk/client-sns').SNSClientConfig &
  import('@aws-sdk/client-ses').SESClientConfig;

async function publish(
  { topic, subject, text, attributes, fifo }: Extract<AwsCall, { type: 'publish' }>,
  options: Options,
  abortSignal: AbortSignal,
): Promise<SendOutcome> {
  const { SNSClient, PublishCommand } = await import('@aws-sdk/client-sns');
  const client = new SNSClient(options);
  try {
    const named = Object.entries(attributes).map(([name, StringValue]) => [
      name,
      { DataType: 'String', StringValue },
    ]);
    const command = new PublishCommand({
      ...{ TopicArn: topic, Subject: subject, Message: text },
      MessageAttributes: Object.fromEntries(named),
      ...(fifo === undefined
        ? {}
        : { MessageGroupId: fifo.group, MessageDeduplicationId: fifo.deduplication }),
    });
    const { MessageId } = await client.send(command, { abortSignal });
    return { type: 'delivered', words: `published as ${MessageId ?? 'a message without id'}` };
  } finally {
    client.destroy();
  }
}

async function mail(
  { mail: { from, to, subject, text, html } }: Extract<AwsCall, { type: 'mail' }>,
  options: Options,
  abortSignal: AbortSignal,
): Promise<SendOutcome> {
  const { SESClient, SendEmailCommand } = await import('@aws-sdk/client-ses');
  const client = new SESClient(options);
  try {
    const utf8 = (Data: string): { Data: string; Charset: string } => ({ Data, Charset: 'UTF-8' });
    const command = new SendEmailCommand({
      Source: from,
      Destination: { ToAddresses: [...to] },
      Message: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
    });
    await client.send(command, { abortSignal });
    return { type: 'delivered', words: `sent to ${to.length}` };
  } finally {
    client.destroy();
  }
}

function judge(error: AwsError): SendOutcome {
  const { name, message, $metadata, $retryable, $fault } = error;
  if (name === 'TaskFailure' || /not an address of the public internet/.test(message)) {
    return { type: 'refused', error: message };
  }
  const said = `AWS answered ${name}: ${message}`.replaceAll(/\s+/g, ' ').slice(0, 300);
  const status = $metadata?.httpStatusCode;
  const isFinal =
    status !== undefined &&
    status >= 400 &&
    status < 500 &&
    status !== 429 &&
    $fault !== 'server' &&
    $retryable?.throttling !== true &&
    !/throttl|too many|rate exceeded/i.test(`${name} ${message}`);
  return { type: isFinal ? 'refused' : 'failed', error: said };
}
