/**
 * Secrets of AWS Secrets Manager, by AWS's own client, which is loaded when the first one is asked for. Credentials and region
 * are found as every program that uses AWS's SDKs finds them.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 * @module
 */
import type {
  SecretsManagerClient,
  SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import type { SecretSource } from '../../kernel/secret-source.js';

const TIMEOUT_MS = 10_000;

export interface AwsOptions {
  /** The id of a secret there; `{team}` and `{name}` stand for the team and the secret's name here. */
  readonly id: string;
  readonly teams: SecretSource['teams'];
  /** Default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1. */
  readonly region?: string;
  /** AWS's settings and credentials. */
  readonly environment: { readonly [name: string]: string | undefined };
}

/** @example awsSecretsManager({ id: 'millrace/{team}/{name}', teams: '*', environment: process.env }) */
export function awsSecretsManager(options: AwsOptions): SecretSource {
  let client: SecretsManagerClient | undefined;
  return {
    name: 'AWS Secrets Manager',
    teams: options.teams,
    async value(team, name) {
      const sdk = await import('@aws-sdk/client-secrets-manager');
      client ??= new sdk.SecretsManagerClient(configOf(options));
      const id = options.id.replaceAll('{team}', team).replaceAll('{name}', name);
      try {
        const command = new sdk.GetSecretValueCommand({ SecretId: id });
        const answer = await client.send(command, {
          abortSignal: AbortSignal.timeout(TIMEOUT_MS),
        });
        if (answer.SecretString !== undefined) return answer.SecretString;
      } catch (error) {
        const { name: kind } = error as Error;
        if (kind === 'ResourceNotFoundException') return undefined;
        // Its message may repeat what was sent; its name is one of a list.
        throw new Error(`AWS Secrets Manager answered ${kind} for ${id}`);
      }
      throw new Error(`${id} is binary in AWS Secrets Manager; only texts can be handed to tasks`);
    },
  };
}

function configOf({ region, environment }: AwsOptions): SecretsManagerClientConfig {
  const endpoint = environment.AWS_ENDPOINT_URL_SECRETS_MANAGER || environment.AWS_ENDPOINT_URL;
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = environment;
  return {
    region: region || environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1',
    maxAttempts: 3,
    ...(endpoint ? { endpoint } : {}),
    ...(AWS_PROFILE || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY
      ? {}
      : {
          credentials: {
            accessKeyId: AWS_ACCESS_KEY_ID,
            secretAccessKey: AWS_SECRET_ACCESS_KEY,
            ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
          },
        }),
  };
}
