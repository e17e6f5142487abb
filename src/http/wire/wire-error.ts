/**
 * Refusals in AWS's words: what a client of the wire API gets as its exception.
 * @module
 */

/** The models that AWS's error types belong to; clients cut them off at `#`. */
const VALIDATION = 'com.amazon.coral.validate#';
const SERVICE = 'com.amazon.coral.service#';
const STEP_FUNCTIONS = 'com.amazonaws.swf.service.v2.model#';

const NAMESPACES: { [code: string]: string } = {
  ValidationException: VALIDATION,
  SerializationException: SERVICE,
  UnknownOperationException: SERVICE,
  AccessDeniedException: SERVICE,
  UnrecognizedClientException: SERVICE,
  InvalidSignatureException: SERVICE,
  IncompleteSignatureException: SERVICE,
  MissingAuthenticationTokenException: SERVICE,
  InternalFailure: SERVICE,
  ServiceUnavailableException: SERVICE,
  ThrottlingException: SERVICE,
  // EventBridge's own errors have no model before them.
  ConcurrentModificationException: '',
  IllegalStatusException: '',
  InvalidEventPatternException: '',
  InvalidStateException: '',
  LimitExceededException: '',
  PolicyLengthExceededException: '',
  ResourceAlreadyExistsException: '',
  ResourceNotFoundException: '',
};

/**
 * An error that leaves as `{"__type": …, "message": …}`.
 * @example throw new WireError('InvalidArn', "Invalid Arn: 'Invalid ARN prefix: x'")
 */
export class WireError extends Error {
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** More members of the exception, such as `reason` or `resourceName`. */
  readonly members: { [name: string]: string };

  constructor(
    code: string,
    message: string,
    options: { status?: number; members?: { [name: string]: string } } = {},
  ) {
    super(message);
    this.name = 'WireError';
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }

  /** The body of the answer. */
  toBody(): { [name: string]: string } {
    const type = `${NAMESPACES[this.code] ?? STEP_FUNCTIONS}${this.code}`;
    return { __type: type, message: this.message, ...this.members };
  }
}
