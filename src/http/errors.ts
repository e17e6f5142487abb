/**
 * Errors of the HTTP layer itself: code, status, text and what to do next. The engine's own are in `engine/kernel/errors.ts`;
 * both leave as RFC 9457 problems (`problem.ts`).
 * @module
 */
export const HTTP_ERRORS = {
  Unauthenticated: {
    code: 'MILL4001',
    status: 401,
    message: 'This request carries no valid token.',
    fix: 'Send a token in the header `Authorization`, as `Bearer TOKEN`, or open a login link: `millrace login` prints one.',
  },
  Forbidden: {
    code: 'MILL4002',
    status: 403,
    message: 'This takes the role {role}, which you do not have in this team.',
    fix: 'Ask somebody who is admin of the team for the role {role}, or for a token with it.',
  },
  TeamForbidden: {
    code: 'MILL4020',
    status: 403,
    message: 'You do not have the role that this takes in every team that it is about.',
    fix: 'Ask somebody who is admin of the team.',
  },
  ServerForbidden: {
    code: 'MILL4025',
    status: 403,
    message: 'This concerns the whole server: it takes the role admin in all teams.',
    fix: 'Ask somebody who administers this server.',
  },
  NotFoundWithRole: {
    code: 'MILL4026',
    status: 403,
    message: 'Where you have the role {role} there is no such thing.',
    fix: 'Name the team with ?team=NAME (`--team NAME`), or ask its admin for the role {role}.',
  },
  ForeignOrigin: {
    code: 'MILL4003',
    status: 403,
    message: 'The request comes from another site or under another host name.',
    fix: 'Use the address that `millrace up` printed, or add the host name with --allow-host.',
  },
  SpeaksTls: {
    code: 'MILL3519',
    status: 400,
    message: 'This port speaks TLS, and the request came without it.',
    fix: 'Use an address that begins with https://.',
  },
  InvalidRequest: {
    code: 'MILL4004',
    status: 400,
    message: 'The request does not fit its description.',
    fix: 'See `errors` for each field, and /api/v1/openapi.json for the whole description.',
  },
  NotFound: {
    code: 'MILL4005',
    status: 404,
    message: 'There is nothing at this address.',
    fix: 'See /api/v1/openapi.json for all addresses.',
  },
  BodyTooLarge: {
    code: 'MILL4006',
    status: 413,
    message: 'The body is larger than 1 MiB, or than 256 KiB at a webhook.',
    fix: 'Put the data into a file and send its location.',
  },
  InvalidJson: {
    code: 'MILL4007',
    status: 400,
    message: 'The body is not acceptable JSON: {problem}.',
    fix: 'Send one JSON value with `Content-Type: application/json`, without `__proto__` keys.',
  },
  InvalidLifetime: {
    code: 'MILL4023',
    status: 400,
    message: "'{expires}' is no lifetime of a token.",
    fix: 'Give hours or days (12h, 30d), or `never`.',
  },
  LoginExpired: {
    code: 'MILL4008',
    status: 401,
    message: 'This login link was used already or is too old.',
    fix: 'Print a new one with `millrace login`.',
  },
  LoginRefused: {
    code: 'MILL4027',
    status: 401,
    message:
      'This login was not completed: it took too long, began in another browser, or the provider refused it.',
    fix: 'Begin again at /login/oidc. Why it was refused stands in the server’s log.',
  },
  NoRole: {
    code: 'MILL4028',
    status: 403,
    message: "'{user}' is in no group that has a role here.",
    fix: 'Ask somebody who administers this server to give one of your groups a role, or you: `millrace user add NAME`.',
  },
  ProviderUnavailable: {
    code: 'MILL4029',
    status: 503,
    message: 'The provider that knows who you are does not answer.',
    fix: 'Try again later, or log in by a link: `millrace login` prints one.',
  },
  StandingBy: {
    code: 'MILL3500',
    status: 503,
    message: 'This server stands by, and {problem}.',
    fix: 'Try again in a second.',
  },
  TooManyRequests: {
    code: 'MILL4009',
    status: 429,
    message: 'Too many {what}.',
    fix: 'Wait a minute and try again.',
  },
  Overloaded: {
    code: 'MILL4014',
    status: 429,
    message: 'The server works on as many requests as it can, and takes no more for the moment.',
    fix: 'Send the request again after the seconds that Retry-After names, with fewer at a time.',
  },
  Internal: {
    code: 'MILL4010',
    status: 500,
    message: 'The server failed on this request. It is a fault of ours, not of yours.',
    fix: 'Look for the request id in the server log, and report it.',
  },
  InvalidPattern: {
    code: 'MILL4012',
    status: 400,
    message: '{problem}',
    fix: 'Every field holds a list: { "source": ["shop"], "detail": { "amount": [{ "numeric": [">", 100] }] } }.',
  },
  BackupRunning: {
    code: 'MILL4024',
    status: 409,
    message: 'A backup is being made already.',
    fix: 'Wait until it is there, then ask again.',
  },
  GraphTooLarge: {
    code: 'MILL4013',
    status: 422,
    message: 'The state machine is too large for a picture: {why}.',
    fix: 'It runs all the same. See its states in the list of an execution, or put parts of it into pipelines of their own.',
  },
  BadSignature: {
    code: 'MILL4021',
    status: 401,
    message: 'There is no such webhook, or its signature is not right.',
    fix: 'Sign TIMESTAMP.ID.BODY with HMAC-SHA256, as docs/guides/triggers.md shows, and check the clock: five minutes count.',
  },
  InvalidWebhookId: {
    code: 'MILL4022',
    status: 400,
    message: 'The id of the message is not acceptable.',
    fix: 'Send 1 to 150 letters, digits and . _ - : in Millrace-Id.',
  },
  CandidateRefused: {
    code: 'MILL3432',
    status: 422,
    message: 'The file cannot be tried: it is no version of the pipeline that could be deployed.',
    fix: 'See `errors` for each problem, and `millrace validate FILE`.',
  },
  NoPipelineFolder: {
    code: 'MILL3434',
    status: 409,
    message: 'This server reads no pipeline files, so none can be tried.',
    fix: 'Start it with a folder of pipelines: `millrace up FOLDER`.',
  },
  AmbiguousId: {
    code: 'MILL4011',
    status: 409,
    message: "More than one execution's id begins with '{id}'.",
    fix: 'Give more characters of the id.',
  },
} as const;

export type HttpErrorKind = keyof typeof HTTP_ERRORS;

/** A refusal by the HTTP layer. `details` fill the text. */
export class HttpError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fix: string;

  constructor(kind: HttpErrorKind, details: { [name: string]: string } = {}) {
    const { code, status, message, fix } = HTTP_ERRORS[kind];
    super(message.replaceAll(/\{(\w+)\}/g, (whole, name: string) => details[name] ?? whole));
    this.name = 'HttpError';
    this.code = code;
    this.status = status;
    this.fix = fix.replaceAll(/\{(\w+)\}/g, (whole, name: string) => details[name] ?? whole);
  }
}
