import { Flags } from '@oclif/core';
import colors from 'picocolors';
import type { IssuedKey } from '../../../api/access-keys.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { ROLE_NAMES } from '../../roles-flag.js';

/** `millrace keys create`: makes an access key for AWS's clients. */
export default class KeysCreate extends MillraceCommand {
  static override summary = 'Make an access key, for AWS clients that use this server';
  static override description =
    'The AWS CLI and SDKs sign their requests with it (--endpoint-url). It sees and makes what belongs to one team. The secret is printed this once.';
  static override examples = [
    '<%= config.bin %> keys create',
    'eval "$(<%= config.bin %> keys create --team claims --label nightly-jobs)"',
  ];
  static override flags = {
    ...serverFlags,
    team: Flags.string({ description: 'the team it is for', default: 'default' }),
    role: Flags.option({
      description: 'what it may do',
      options: ROLE_NAMES,
      default: 'editor' as const,
    })(),
    label: Flags.string({ description: 'what people call it', default: '' }),
  };

  async run(): Promise<IssuedKey> {
    const { flags } = await this.parse(KeysCreate);
    const { team, role, label } = flags;
    const { server, data } = flags;
    const client = this.client({ server, data });
    const key = await client.post<IssuedKey>(PATHS.accessKeys, { team, role, label });
    this.log(`export AWS_ACCESS_KEY_ID=${key.accessKeyId}`);
    this.log(`export AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`);
    this.log(`export AWS_DEFAULT_REGION=${key.region}`);
    this.log(`export AWS_ENDPOINT_URL_SFN=${client.url}`);
    this.log(`export AWS_ENDPOINT_URL_SCHEDULER=${client.url}`);
    this.log(`export AWS_ENDPOINT_URL_EVENTBRIDGE=${client.url}`);
    // Else clients look for the host `sync-…` when they call TestState or StartSyncExecution.
    this.log('export AWS_DISABLE_HOST_PREFIX_INJECTION=true');
    this.say(
      colors.dim(
        `for team ${team}, role ${role}; revoke it with: millrace keys revoke ${key.accessKeyId}`,
      ),
    );
    return key;
  }
}
