/**
 * How connections let Millrace in: what one adds to a request of its team, with a token where it is one of OAuth.
 *
 *     API destination ─┐                        ┌── basic, API key: from its parameters
 *     HTTP Task ───────┴──▶ additions(team, arn)┤
 *                                               └── OAuth: token in memory ──none, old, refused──▶ asked for, once for all
 *
 * A connection of another team is answered like one that is not there.
 * @module
 */
import type { ConnectionAdditions } from '../../../asl/http-request.js';
import type { AttemptRecord } from '../../../store/store.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { commandOf } from '../../kernel/attempts.js';
import { parseArn } from '../../kernel/event-arns.js';
import type { AttemptObserver } from '../../kernel/hooks.js';
import {
  type ConnectionFailure,
  type ConnectionsHook,
  connectionArnOf,
  HTTP_INVOKE,
} from '../../kernel/http-task.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { AttemptOutcome } from '../../kernel/ports.js';
import { additionsOf, secretsOf } from './connection-secrets.js';
import { OAuthTokens } from './oauth-tokens.js';
import type { ConnectionRecord } from './records.js';
import type { DeclaredResources } from './resources.js';

/** AWS's names of what is wrong with a connection. Source: "Call HTTPS APIs", section "Connection errors". */
const NOT_FOUND = 'Events.ConnectionResource.ResourceNotFound';
const INVALID = 'Events.ConnectionResource.InvalidConnectionState';

/** Answers after which a token is asked for anew. */
const TOKEN_REFUSED = /^States\.Http\.StatusCode\.(401|407)$/;

export class Connections implements ConnectionsHook, AttemptObserver {
  readonly #kernel: Kernel;
  readonly #resources: DeclaredResources;
  readonly #tokens: OAuthTokens;

  constructor(kernel: Kernel, resources: DeclaredResources) {
    this.#kernel = kernel;
    this.#resources = resources;
    this.#tokens = new OAuthTokens(kernel);
  }

  /**
   * What a connection of a team adds to a request. Never rejects.
   * @param arn of this server, or of an account of AWS: then the team's connection of that name is meant
   */
  async additions(team: string, arn: string): Promise<ConnectionAdditions | ConnectionFailure> {
    const record = this.#find(team, arn);
    if (record === undefined) {
      return { error: NOT_FOUND, cause: `The team '${team}' has no connection ${arn}.` };
    }
    // Those of OAuth were kept as AUTHORIZING by versions that asked nobody for tokens.
    if (record.state !== 'AUTHORIZED' && record.state !== 'AUTHORIZING') {
      return { error: INVALID, cause: `The connection ${arn} is ${record.state}.` };
    }
    const opened = secretsOf(this.#kernel, record);
    if (opened === undefined) {
      const cause = `The secrets of the connection ${arn} cannot be read: was seal.key replaced?`;
      return { error: INVALID, cause };
    }
    const added = additionsOf(opened);
    if (record.authorizationType !== 'OAUTH_CLIENT_CREDENTIALS') return added;
    const token = await this.#tokens.of(keyOf(record), opened);
    if ('cause' in token) return { ...token, cause: `${arn}: ${token.cause}` };
    const bearer = ['authorization', `Bearer ${token.token}`] as const;
    return { ...added, headers: [...added.headers, bearer] };
  }

  /** A token that was refused is not used again. */
  ended({ creation }: ActiveExecution, attempt: AttemptRecord, outcome: AttemptOutcome): void {
    if (attempt.kind !== HTTP_INVOKE || outcome.type !== 'failed') return;
    if (!TOKEN_REFUSED.test(outcome.error)) return;
    const arn = connectionArnOf(commandOf(attempt).arguments);
    if (arn !== undefined) this.refused(creation.team, arn);
  }

  /** What a connection of a team has added was refused: a token is asked for anew when it is needed next. */
  refused(team: string, arn: string): void {
    const record = this.#find(team, arn);
    if (record !== undefined) this.#tokens.forget(keyOf(record));
  }

  close(): void {
    this.#tokens.close();
  }

  #find(team: string, arn: string): ConnectionRecord | undefined {
    const own = this.#resources.connectionOf(team, arn);
    if (own !== undefined) return own;
    const named = parseArn(arn);
    const { region, accountId } = this.#kernel.arns.identity;
    if (named === undefined || (named.accountId === accountId && named.region === region)) return;
    const [kind, name = ''] = named.resource.split('/');
    return kind === 'connection' ? this.#resources.connections.get(team, name) : undefined;
  }
}

/** Another one as soon as its parameters change. */
function keyOf({ id, updatedAt }: ConnectionRecord): string {
  return `${id} ${updatedAt}`;
}
