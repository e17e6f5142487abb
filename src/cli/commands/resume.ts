import colors from 'picocolors';
import type { Restore } from '../../api/backups.js';
import { PATHS } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';

/** `millrace resume`: lets a server go on that was restored from a backup. */
export default class Resume extends MillraceCommand {
  static override summary = 'Let a server that was restored from a backup go on';
  static override description =
    'First make sure that the server which the backup is of runs nowhere any more. Executions go on where they were in the backup; ' +
    'attempts that were open in it are closed as Millrace.WorkerLost, because they may have run since.';
  static override flags = { server: serverFlags.server, data: serverFlags.data };

  async run(): Promise<{ resumed: boolean; restore?: Restore }> {
    const { flags } = await this.parse(Resume);
    const client = this.client(flags);
    const { restore } = await client.get<{ restore?: Restore }>(PATHS.restore);
    const { resumed } = await client.post<{ resumed: boolean }>(PATHS.resume);
    if (!resumed || restore === undefined) {
      this.log('Nothing waits here: the server works already.');
      return { resumed };
    }
    const { running, attempts, deliveries } = restore;
    this.log(
      `${colors.green('resumed')} ${running} executions go on; ${attempts} open attempts are closed as lost, ${deliveries} deliveries are sent`,
    );
    return { resumed, restore };
  }
}
