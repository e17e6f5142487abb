/**
 * What the rest of Millrace knows of AWS: accounts by the names that this server gives them, and calls to their services.
 *
 * Whoever drives AWS (connectors) and whoever watches it (observers) asks through this one port, so that credentials,
 * budgets and back-off of an account, region and API are in one place, and no part of them is seen anywhere else.
 * @module
 */

/** Any JSON value. */
export type AwsJson = null | boolean | number | string | AwsJson[] | { [key: string]: AwsJson };

/** A JSON object, its members in the spelling of AWS's API models with a capital: `JobName`. */
export type AwsObject = { [key: string]: AwsJson };

/** Teams by name, or all. */
export type AwsTeams = readonly string[] | '*';

/** An account as the accounts file of this server names it. */
export interface AwsAccount {
  /** What pipelines and teams call it. */
  readonly name: string;
  /** 12 digits. */
  readonly account: string;
  /** At least one; the first is meant where nobody says which. */
  readonly regions: readonly string[];
  /** Assumed for each call. Without role and profile: what AWS's client finds by itself. */
  readonly role?: { readonly arn: string; readonly externalId?: string };
  /** A profile of AWS's own files, as whom the role is assumed or the calls are made. */
  readonly profile?: string;
  /** One server instead of AWS's own, for tests. */
  readonly endpoint?: string;
  /** Whose pipelines may act there, and who may watch it. Default: nobody. */
  readonly teams: AwsTeams;
  /** Where events of this account wait: the address of a queue of SQS, and its region. Default: the first of the account. */
  readonly events?: { readonly queue: string; readonly region?: string };
}

/** Where a call goes: the name of an account, and one of its regions. */
export interface AwsPlace {
  readonly account: string;
  readonly region: string;
}

export interface AwsCall {
  readonly place: AwsPlace;
  /** As resources of the States Language write it: `glue`, `sfn`, `emrserverless`, `redshiftdata`. */
  readonly service: string;
  /** In camel case, as resources write it: `startJobRun`. */
  readonly action: string;
  /** Members with a capital, as in AWS's API models. */
  readonly input: AwsObject;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Calls of people and tasks come before those of rounds that only look. Default: `task`. */
  readonly urgency?: 'task' | 'look';
  /** For whom: it shows in the name of the session that the account's own trail keeps. Default: this server. */
  readonly team?: string;
  /**
   * It may be sent once more when its answer was lost: it changes nothing, or carries a token of its own. Default: as the name
   * of the action says (`get…`, `list…`, `describe…`).
   */
  readonly isRepeatable?: boolean;
  /** How the answer is written. Default: `model`. */
  readonly style?: AwsStyle;
  /** How the bytes of a body (of an object, a payload) are written. Default: `text`. */
  readonly bodies?: 'text' | 'base64';
}

/**
 * Names and times of an answer: `model` has the names of AWS's models with a capital, and times in ISO 8601; `sdk` the names of
 * AWS's Java SDK as `aws-sdk:` resources show them (`DbInstanceIdentifier`); `optimized` the names of the models, and times
 * in milliseconds since the epoch, as integrations that AWS has optimized show them.
 */
export type AwsStyle = 'model' | 'sdk' | 'optimized';

/** What an answer's HTTP exchange was. */
export interface AwsMetadata {
  readonly requestId: string;
  readonly statusCode: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
}

/**
 * Why a call was refused, for whoever must act on it:
 * `throttled` and `server` (5xx) and `unreachable` pass by themselves; `expired` credentials are renewed; `denied`, `missing`
 * and `invalid` stay until somebody mends something; `aborted` was asked for.
 */
export type AwsRefusalKind =
  | 'throttled'
  | 'server'
  | 'unreachable'
  | 'expired'
  | 'denied'
  | 'missing'
  | 'invalid'
  | 'aborted';

export type AwsAnswer =
  | { readonly type: 'answered'; readonly output: AwsObject; readonly metadata: AwsMetadata }
  | {
      readonly type: 'refused';
      /** The name of AWS's error without its service: `EntityNotFoundException`. */
      readonly name: string;
      readonly message: string;
      readonly kind: AwsRefusalKind;
      /** Absent when nothing was answered: refused here, or nobody could be reached. */
      readonly statusCode?: number;
      readonly requestId?: string;
      /** S3's second id of a request. */
      readonly extendedRequestId?: string;
      /** The model of the service names this error: it has a class of its own in AWS's SDKs. */
      readonly isModelled?: boolean;
      /** What is wrong with the input, one sentence each; nothing was sent. */
      readonly problems?: readonly string[];
    };

/** Calls to AWS. */
export interface Aws {
  /** All accounts of this server. */
  accounts(): readonly AwsAccount[];
  /** One call. Never rejects. Waits for its turn in the budget of its account, region and API; tries again what passes by itself. */
  call(call: AwsCall): Promise<AwsAnswer>;
  /** Calls so far, for metrics and reports. */
  counts(): readonly AwsCount[];
  /** Ends connections and gives up what waits. */
  close(): void;
}

/** Calls of one kind to one place since the server began. */
export interface AwsCount {
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly action: string;
  readonly answered: number;
  readonly refused: number;
  readonly throttled: number;
}
