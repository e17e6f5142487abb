/**
 * Secrets of AWS Secrets Manager, asked for over its real API.
 * @module
 */
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsSecretsManager } from '../../src/engine/adapters/secret-sources/aws-secrets-manager.js';
import { requirement } from '../requirements.js';
import { type Moto, startMoto } from './moto.js';

describe.skipIf(requirement('moto').missing !== undefined)('AWS Secrets Manager', () => {
  let moto: Moto;
  let client: SecretsManagerClient;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const source = (endpoint: string): ReturnType<typeof awsSecretsManager> =>
    awsSecretsManager({
      id: 'millrace/{team}/{name}',
      teams: '*',
      region: 'us-east-1',
      environment: {
        AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    });

  beforeAll(async () => {
    moto = await startMoto();
    client = new SecretsManagerClient({ region: 'us-east-1', endpoint: moto.url, credentials });
    const make = (Name: string, of: object): Promise<unknown> =>
      client.send(new CreateSecretCommand({ Name, ...of }));
    await make('millrace/parcels/county-api', { SecretString: 'of the county' });
    await make('millrace/parcels/binary', { SecretBinary: Buffer.from('bytes') });
    await make('millrace/parcels/gone', { SecretString: 'was there' });
    const gone = { SecretId: 'millrace/parcels/gone', ForceDeleteWithoutRecovery: true };
    await client.send(new DeleteSecretCommand(gone));
  }, 180_000);
  afterAll(async () => {
    client.destroy();
    await moto.close();
  });

  test('gives the text of a secret of the team', async () => {
    expect(await source(moto.url).value('parcels', 'county-api')).toBe('of the county');
  });

  test.each([
    ['parcels', 'nothing'],
    ['claims', 'county-api'],
    ['parcels', 'gone'],
  ])('has none of the team %s with the name %s', async (team, name) => {
    expect(await source(moto.url).value(team, name)).toBeUndefined();
  });

  test('refuses one that is no text', async () => {
    await expect(source(moto.url).value('parcels', 'binary')).rejects.toThrow('is binary');
  });

  test('says that it cannot be reached, and no more', async () => {
    const asked = source('http://127.0.0.1:1').value('parcels', 'county-api');
    await expect(asked).rejects.toThrow(/^AWS Secrets Manager answered \w+ for millrace\/parcels/);
  });
});
