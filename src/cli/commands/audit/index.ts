import { Flags } from '@oclif/core';
import type { AuditEntry } from '../../../api/audit.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { printable } from '../../text.js';

/** `millrace audit`. */
export default class Audit extends MillraceCommand {
  static override summary = 'List who did what to what, the newest first';
  static override description =
    'Every act over the API, every login and every refusal. "asked" was written before the act was done; a refusal has an entry of its own with its code.';
  static override examples = [
    '<%= config.bin %> audit --limit 20',
    '<%= config.bin %> audit --actor ana --team parcels --json',
  ];
  static override flags = {
    actor: Flags.string({ description: 'only of this user, token or access key' }),
    limit: Flags.integer({ description: 'how many', default: 50, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: AuditEntry[]; next?: string }> {
    const { flags } = await this.parse(Audit);
    const { actor, limit } = flags;
    const query = new URLSearchParams({
      limit: String(limit),
      ...(actor === undefined ? {} : { actor }),
    });
    const found = await this.client(flags).get<{ items: AuditEntry[]; next?: string }>(
      `${PATHS.audit}?${query}`,
    );
    for (const entry of found.items) {
      const at = new Date(entry.at).toISOString().slice(0, 19).replace('T', ' ');
      const told = [entry.actor.padEnd(20), (entry.team || '-').padEnd(14), entry.act, entry.what];
      this.log(printable(`${at}  ${told.join('  ')}  ${entry.outcome}  ${entry.address}`));
    }
    return found;
  }
}
