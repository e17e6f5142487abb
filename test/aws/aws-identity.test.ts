/**
 * As whom calls are made without a role: a profile of AWS's own files, keys of the environment, or nobody.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AwsAnswer } from '../../src/aws/aws.js';
import { createAws } from '../../src/aws/create-aws.js';
import { createSecretRegistry, type SecretRegistry } from '../../src/secrets/secret-registry.js';
import { type StubService, startStub } from './stub-service.js';

describe('who calls AWS', () => {
  let stub: StubService;
  let folder: string;
  let secrets: SecretRegistry;

  beforeEach(async () => {
    stub = await startStub(() => ({ status: 200, json: { JobNames: [] } }));
    folder = mkdtempSync(join(tmpdir(), 'profiles-'));
    secrets = createSecretRegistry();
    const file = join(folder, 'credentials');
    writeFileSync(
      file,
      '[sandbox]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = canary-of-the-profile\n',
    );
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) {
      vi.stubEnv(name, undefined);
    }
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await stub.close();
    rmSync(folder, { recursive: true });
  });

  async function call(
    account: { profile?: string },
    environment: { [name: string]: string },
  ): Promise<AwsAnswer> {
    const place = { account: 'lake', region: 'eu-central-1' };
    const aws = createAws({
      environment,
      secrets,
      accounts: [
        {
          name: 'lake',
          account: '111122223333',
          regions: ['eu-central-1'],
          endpoint: stub.url,
          teams: '*',
          ...account,
        },
      ],
      limits: { attempts: 1 },
    });
    try {
      return await aws.call({ place, service: 'glue', action: 'listJobs', input: {} });
    } finally {
      aws.close();
    }
  }

  const keys = { AWS_ACCESS_KEY_ID: 'AKIDKEYS', AWS_SECRET_ACCESS_KEY: 'secret-of-the-keys' };

  it('is the profile of the account, also where the environment has keys', async () => {
    expect(await call({ profile: 'sandbox' }, keys)).toMatchObject({ type: 'answered' });
    expect(stub.asked.map(({ keyId }) => keyId)).toEqual(['AKIDPROFILE']);
    expect(secrets.text('x canary-of-the-profile')).toBe('x ***');
  });

  it('is whoever the keys of the environment are', async () => {
    await call({}, keys);
    expect(stub.asked.map(({ keyId }) => keyId)).toEqual(['AKIDKEYS']);
  });

  it.each([{ profile: 'nobody' }, {}])(
    'is nobody with %j and no keys, and that is said',
    async (account) => {
      expect(await call(account, {})).toMatchObject({
        type: 'refused',
        kind: 'denied',
        name: 'CredentialsProviderError',
        message: expect.stringMatching(/could not/i),
      });
      expect(stub.asked).toEqual([]);
    },
  );
});
