/**
 * What went wrong with a call, for whoever must act on it: from the errors of AWS's clients, of the network and of Node.
 * @module
 */
import type { AwsAnswer, AwsRefusalKind } from './aws.js';

export type Refusal = Extract<AwsAnswer, { type: 'refused' }>;

/** How AWS's services say that they are asked too often. Source: AWS SDKs reference, "Retry behavior". */
const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|RequestThrottled|RequestThrottledException|TooManyRequestsException|RequestLimitExceeded|BandwidthLimitExceeded|LimitExceededException|ProvisionedThroughputExceededException|PriorRequestNotComplete|TransactionInProgressException|SlowDown|EC2ThrottledException|ThrottledClientException)$/;
const EXPIRED =
  /^(ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|InvalidToken|RequestExpired|InvalidAccessKeyId)$/;
const DENIED =
  /^(AccessDenied|AccessDeniedException|AccessDeniedFault|UnauthorizedOperation|NotAuthorized|AuthFailure|AuthorizationError|AuthorizationErrorException|OptInRequired|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|KMSAccessDeniedException|CredentialsProviderError|Forbidden)$/;
const MISSING =
  /(NotFound|NotFoundException|DoesNotExist|NonExistentQueue|NoSuch\w+|NotFoundFault|NoSuchEntity)(Exception)?$/;
/** A quota that is full stays full: asking again at once does not help. */
const FULL = /^(LimitExceededException|TooManyRequestsException)$/;
const FULL_WORDS = /quota|maximum number|limit of \d+|concurrent runs|service limit/i;

/** Codes of Node's errors when no connection came about: the request was not sent. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

interface Raised {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly Code?: string;
  readonly $fault?: string;
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly extendedRequestId?: string;
  };
  readonly constructor?: { readonly name?: string };
}

/** The refusal, and whether the request can have been performed all the same. */
export interface Failure {
  readonly refusal: Refusal;
  /** Nothing was sent, or it was refused before anything was done. */
  readonly isUnperformed: boolean;
}

/**
 * @param client its name, as in the base class of its errors: `Glue`
 * @param isOver why the call was given up here: whoever asked, or the deadline
 * @example failureOf(error, 'Glue', undefined).refusal.kind // 'throttled'
 */
export function failureOf(
  error: unknown,
  client: string,
  isOver: 'aborted' | 'late' | 'large' | undefined,
): Failure {
  const raised = error as Raised;
  if (isOver === 'aborted') {
    return unperformedNot(refusal('aborted', 'Aborted', 'The call was given up.'));
  }
  if (isOver === 'late') {
    const message = 'The service did not answer in time.';
    return unperformedNot(refusal('unreachable', 'SdkClientException', message));
  }
  if (isOver === 'large') {
    const message = 'The answer has more bytes than anybody here would take.';
    return unperformedNot(refusal('invalid', 'AnswerTooLarge', message));
  }
  const { $metadata: metadata = {} } = raised;
  const status = metadata.httpStatusCode;
  if (status === undefined || raised.$fault === undefined) return unanswered(raised, status);
  const name = nameOf(raised, status);
  const kind = kindOf(name, status, raised.message ?? '');
  return {
    refusal: {
      ...refusal(kind, name, textOf(raised, name)),
      statusCode: status,
      isModelled: isModelled(raised, client),
      ...(metadata.requestId === undefined ? {} : { requestId: metadata.requestId }),
      ...(metadata.extendedRequestId === undefined
        ? {}
        : { extendedRequestId: metadata.extendedRequestId }),
    },
    isUnperformed: kind !== 'server',
  };
}

function unperformedNot(told: Refusal): Failure {
  return { refusal: told, isUnperformed: false };
}

/** Nothing that came from the service: the network, the client itself, or something that is no answer of AWS. */
function unanswered(raised: Raised, status: number | undefined): Failure {
  const { code = '', name = '', message = '' } = raised;
  if (status !== undefined && status < 500 && status !== 200) {
    const kind = status === 429 ? 'throttled' : status === 403 ? 'denied' : 'invalid';
    const told = refusal(kind, nameOf(raised, status), textOf(raised, `HTTP ${status}`));
    return { refusal: { ...told, statusCode: status }, isUnperformed: true };
  }
  if (name === 'CredentialsProviderError' || /credential/i.test(name)) {
    return { refusal: refusal('denied', 'CredentialsProviderError', message), isUnperformed: true };
  }
  const isNetwork =
    UNSENT.has(code) ||
    /^(ECONNRESET|EPIPE|UND_ERR|ERR_STREAM|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(
      code,
    ) ||
    /^(TimeoutError|NetworkError|AbortError)$/.test(name) ||
    status !== undefined;
  if (!isNetwork) {
    // The client itself would not send it.
    return { refusal: refusal('invalid', 'SdkClientException', message), isUnperformed: true };
  }
  const isUnsent = UNSENT.has(code) || /connection.*timed? ?out|did not establish/i.test(message);
  const what = status === undefined ? code || name : `HTTP ${status} that is no answer of AWS`;
  const told = refusal(
    status === undefined ? 'unreachable' : 'server',
    'SdkClientException',
    `Unable to execute HTTP request: ${what}`,
  );
  return {
    refusal: status === undefined ? told : { ...told, statusCode: status },
    isUnperformed: isUnsent,
  };
}

function nameOf(raised: Raised, status: number): string {
  const written = raised.name ?? raised.Code ?? raised.code ?? '';
  // Error codes of the older protocols have a place before the name.
  const bare = written.slice(written.lastIndexOf('#') + 1).replace(/^.*?\.(?=\w+$)/, '');
  if (bare === '' || bare === 'Error' || bare === 'Unknown' || bare === 'UnknownError') {
    return status === 404 ? 'NotFound' : status === 403 ? 'AccessDenied' : `Http${status}`;
  }
  return bare;
}

function textOf({ message }: Raised, name: string): string {
  return message === undefined || message === '' || message === 'UnknownError' ? name : message;
}

/** The clients raise the base class of a service for what its model does not name. */
function isModelled(raised: Raised, client: string): boolean {
  const made = raised.constructor?.name ?? '';
  return made !== '' && made !== 'Error' && made !== `${client}ServiceException`;
}

function kindOf(name: string, status: number, message: string): AwsRefusalKind {
  if (FULL.test(name) && FULL_WORDS.test(message)) return 'invalid';
  if (THROTTLED.test(name) || status === 429) return 'throttled';
  if (EXPIRED.test(name)) return 'expired';
  if (DENIED.test(name) || status === 401) return 'denied';
  if (status >= 500) return 'server';
  if (MISSING.test(name) || status === 404) return 'missing';
  return status === 403 ? 'denied' : 'invalid';
}

/** @example refusal('invalid', 'UnknownService', 'There is no service glew.') */
export function refusal(kind: AwsRefusalKind, name: string, message: string): Refusal {
  return { type: 'refused', kind, name, message };
}
