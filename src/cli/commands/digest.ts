import { writeFileSync } from 'node:fs';
import { Flags } from '@oclif/core';
import type { Digest as ShownDigest } from '../../api/digests.js';
import { PATHS } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { inThe } from '../length-of-time.js';
import { printable } from '../text.js';

const MINUTE = 60_000;

/** `millrace digest`: what happened, as the mail of the morning tells it. */
export default class Digest extends MillraceCommand {
  static override summary = 'Show what happened: the digest of now';
  static override description =
    "Counts by group and service, what failed or is warned of, open incidents, limits that will be crossed. Nothing is sent without --send, which tells everybody whom the team's file names under digest, or where its routes say.";
  static override examples = [
    '<%= config.bin %> digest',
    '<%= config.bin %> digest --since 12h --group county',
    '<%= config.bin %> digest --html digest.html',
    '<%= config.bin %> digest --team parcels --send',
  ];
  static override flags = {
    since: Flags.string({ description: 'how far it looks back, at most 7 days', default: '24h' }),
    group: Flags.string({ description: 'put together by the values of this tag' }),
    timezone: Flags.string({ description: 'in whose clocks times are told (default: UTC)' }),
    html: Flags.string({ description: 'write it to this file as it is mailed' }),
    send: Flags.boolean({ description: 'send it', exclusive: ['html', 'timezone'] }),
    ...serverFlags,
  };

  async run(): Promise<ShownDigest | { told: number }> {
    const { flags } = await this.parse(Digest);
    const client = this.client(flags);
    const minutes = Math.max(1, Math.round((inThe(flags.since) - Date.now()) / MINUTE));
    const { group, timezone } = flags;
    if (flags.send) {
      const body = { minutes, ...(group === undefined ? {} : { by: group }) };
      const sent = await client.post<{ told: number }>(PATHS.digest, body);
      this.say(`Told: ${sent.told}. What becomes of it: millrace channel log`);
      return sent;
    }
    const query = new URLSearchParams({ minutes: String(minutes) });
    if (group !== undefined) query.set('by', group);
    if (timezone !== undefined) query.set('zone', timezone);
    const found = await client.get<ShownDigest>(`${PATHS.digest}?${query}`);
    if (flags.html !== undefined) {
      writeFileSync(flags.html, found.html);
      this.say(`Written: ${flags.html}`);
      return found;
    }
    this.log([found.title, '', ...found.text.split('\n')].map(printable).join('\n'));
    return found;
  }
}
