import { Flags } from '@oclif/core';
import colors from 'picocolors';
import type { DeadLetter } from '../../../api/events.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace events dead-letters`: what rules could not deliver. */
export default class EventsDeadLetters extends MillraceCommand {
  static override summary =
    'Show what rules and schedules of clients could not deliver, the newest first';
  static override examples = [
    '<%= config.bin %> events dead-letters',
    '<%= config.bin %> events dead-letters --queue arn:aws:sqs:us-east-1:000000000000:late --json',
  ];
  static override flags = {
    queue: Flags.string({ description: 'only of this queue: its ARN, or default' }),
    lines: Flags.integer({ char: 'n', description: 'how many', default: 20, min: 1, max: 1000 }),
    ...serverFlags,
  };

  async run(): Promise<{ items: DeadLetter[] }> {
    const { flags } = await this.parse(EventsDeadLetters);
    const query = new URLSearchParams({
      limit: String(flags.lines),
      ...(flags.queue ? { queue: flags.queue } : {}),
    });
    const found = await this.client(flags).get<{ items: DeadLetter[] }>(
      `${PATHS.deadLetters}?${query}`,
    );
    for (const letter of found.items) this.#print(letter);
    if (found.items.length === 0) this.say('Everything was delivered.');
    return found;
  }

  #print({ at, queue, targetId, attributes, body }: DeadLetter): void {
    const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
    const { RULE_ARN, TARGET_ARN, ERROR_CODE, ERROR_MESSAGE, RETRY_ATTEMPTS } = attributes;
    const rule = RULE_ARN?.replace(/^.{0,200}?:(rule|schedule)\//, '');
    const shown = body.length > 200 ? `${body.slice(0, 200)}…` : body;
    this.log(
      [
        `${colors.dim(time)} ${colors.bold(String(rule))} → ${targetId} ${colors.dim(String(TARGET_ARN))}`,
        `  ${colors.red(String(ERROR_CODE))} ${ERROR_MESSAGE} ${colors.dim(`retries: ${RETRY_ATTEMPTS}, queue: ${queue}`)}`,
        `  ${colors.dim(shown)}`,
      ].join('\n'),
    );
  }
}
