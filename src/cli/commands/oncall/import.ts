import { readFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import { stringify } from 'yaml';
import { isTimeZone } from '../../../events/schedules/time-zone.js';
import type { WrittenOverride } from '../../../pipelines/team-file/people-sections.js';
import { MillraceCommand } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { readCalendar } from '../../on-call-calendar.js';
import { printable } from '../../text.js';

const DAY = 86_400_000;

/** `millrace oncall import`: shifts of an iCalendar file for a team's file. */
export default class OnCallImport extends MillraceCommand {
  static override summary =
    'Write the shifts of an iCalendar file as a rotation, to be put into the file of a team';
  static override description =
    'Each event is a shift of its attendee, else of whom its summary names. Times without a zone are those of --timezone.';
  static override examples = [
    '<%= config.bin %> oncall import schedule.ics --rotation primary --timezone Europe/Berlin > rotation.yaml',
  ];
  static override args = {
    file: Args.string({ description: 'the calendar (.ics)', required: true }),
  };
  static override flags = {
    rotation: Flags.string({ description: 'name of the rotation', default: 'primary' }),
    timezone: Flags.string({ description: 'zone of the rotation', default: 'UTC' }),
    days: Flags.integer({ description: 'for so many days', default: 90, min: 1, max: 400 }),
  };

  async run(): Promise<{ overrides: readonly WrittenOverride[]; left: readonly string[] }> {
    const { args, flags } = await this.parse(OnCallImport);
    const { timezone, rotation, days } = flags;
    const refuse = (message: string, fix: string): never => {
      throw new CommandFailure(message, { code: 'MILL5080', exitCode: EXIT.usage, fix });
    };
    if (!isTimeZone(timezone))
      refuse(`'${timezone}' is no time zone`, 'Write Europe/Berlin or UTC.');
    const text = await readFile(args.file, 'utf8').catch((error: Error) =>
      refuse(`The calendar cannot be read: ${error.message}`, 'Name a file that is there.'),
    );
    const from = Date.now();
    try {
      const found = readCalendar(text, { from, until: from + days * DAY, zone: timezone });
      for (const problem of found.left) this.say(`left out: ${printable(problem)}`);
      const people = Object.fromEntries(found.overrides.map(({ who }) => [who, {}]));
      const rotations = { [rotation]: { timezone, overrides: found.overrides } };
      this.log(
        stringify({ people, rotations }, { collectionStyle: 'any', lineWidth: 0 }).trimEnd(),
      );
      return found;
    } catch (error) {
      if (error instanceof CommandFailure) throw error;
      return refuse(
        `That is no calendar: ${(error as Error).message}`,
        'Export it as iCalendar (.ics).',
      );
    }
  }
}
