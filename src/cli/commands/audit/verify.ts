import { Flags } from '@oclif/core';
import colors from 'picocolors';
import type { AuditVerified } from '../../../api/audit.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';

/** `millrace audit verify`. */
export default class AuditVerify extends MillraceCommand {
  static override summary = 'Say whether the audit log is what was written';
  static override description =
    'Each entry holds the hash of the one before it, and the end is sealed with the key of the server. Note the hash that is printed elsewhere: with --head it is looked for later. `millrace verify` looks at the log of a data folder or backup without a server. Ends with 10 when something is wrong.';
  static override flags = {
    head: Flags.string({
      description: 'NUMBER:HASH of an earlier time, which must still be there',
    }),
    ...serverFlags,
  };

  async run(): Promise<AuditVerified> {
    const { flags } = await this.parse(AuditVerify);
    const client = this.client(flags);
    const query = flags.head === undefined ? '' : `?head=${encodeURIComponent(flags.head)}`;
    const verified = await client.get<AuditVerified>(`${PATHS.auditVerification}${query}`);
    const { sound, finding = '', entries, head } = verified;
    if (sound) {
      this.log(
        `${colors.green('sound')} ${entries} entries, the last one ${head.number}:${head.hash}`,
      );
    } else {
      this.log(`${colors.red('changed')} ${finding}`);
      process.exitCode = EXIT.checkFailed;
    }
    return verified;
  }
}
