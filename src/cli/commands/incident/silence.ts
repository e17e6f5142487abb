import { Flags } from '@oclif/core';
import type { Silence } from '../../../api/incidents.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { silenceTable } from '../../incident-text.js';
import { inThe } from '../../length-of-time.js';

/** `millrace incident silence`: nobody hears of some things for a time. */
export default class IncidentSilence extends MillraceCommand {
  static override summary = 'Let nobody hear of some things for a time';
  static override description =
    'What happens is written all the same, and told at the end if it is still so.';
  static override examples = [
    '<%= config.bin %> incident silence --tag county:alpine --for 2h --reason "the county moves its server"',
  ];
  static override flags = {
    tag: Flags.string({ multiple: true, description: 'what has it: KEY:VALUE; all of them' }),
    pipeline: Flags.string({ description: 'of this pipeline; a * stands for any letters' }),
    for: Flags.string({ description: 'how long: 30m, 2h, 1 day', required: true }),
    reason: Flags.string({ description: 'why', required: true }),
    ...serverFlags,
  };

  async run(): Promise<Silence> {
    const { flags } = await this.parse(IncidentSilence);
    const tags = Object.fromEntries(
      (flags.tag ?? []).map((tag) => {
        const cut = tag.search(/[:=]/);
        return cut < 0 ? [tag, ''] : [tag.slice(0, cut), tag.slice(cut + 1)];
      }),
    );
    const silence = await this.client(flags).post<Silence>(PATHS.silences, {
      ...{ tags, until: inThe(flags.for), reason: flags.reason },
      ...(flags.pipeline === undefined ? {} : { pipeline: flags.pipeline }),
    });
    this.log(silenceTable([silence]));
    return silence;
  }
}
