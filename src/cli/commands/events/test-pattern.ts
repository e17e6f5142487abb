import { Flags } from '@oclif/core';
import colors from 'picocolors';
import { isObject } from '../../../asl/json.js';
import { explainMismatch, type Mismatch } from '../../../events/pattern/explain-mismatch.js';
import { parsePattern } from '../../../events/pattern/parse-pattern.js';
import { MillraceCommand } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { readInput } from '../../read-input.js';

interface Answer {
  matches: boolean;
  mismatch?: Mismatch;
}

/** `millrace events test-pattern`: whether an event matches a pattern, and where not. */
export default class EventsTestPattern extends MillraceCommand {
  static override summary = 'Try an event pattern on an event, without a server';
  static override description =
    'Tells the first field that differs. Ends with 0 when the event matches, 1 when it does not.';
  static override examples = [
    '<%= config.bin %> events test-pattern --pattern \'{"source": ["shop"]}\' --event @event.json',
  ];
  static override flags = {
    pattern: Flags.string({ required: true, description: 'JSON, @FILE, or - for standard input' }),
    event: Flags.string({ required: true, description: 'JSON, @FILE, or - for standard input' }),
  };

  async run(): Promise<Answer> {
    const { flags } = await this.parse(EventsTestPattern);
    const pattern = await readInput(flags.pattern);
    const event = await readInput(flags.event);
    const parsed = isObject(pattern)
      ? parsePattern(pattern)
      : { error: { message: 'Event pattern is not valid. Reason: Filter is not an object' } };
    if ('error' in parsed || !isObject(event)) {
      throw new CommandFailure(
        'error' in parsed ? parsed.error.message : 'The event is not a JSON object.',
        {
          exitCode: EXIT.usage,
          code: 'MILL5023',
          fix: 'Every field of a pattern holds a list: { "source": ["shop"] }.',
        },
      );
    }
    const mismatch = explainMismatch(parsed.pattern, event);
    if (mismatch === undefined) {
      this.log(colors.green('matches'));
      return { matches: true };
    }
    const { path, wanted, found, reason } = mismatch;
    process.exitCode = 1;
    this.log(`${colors.red('does not match')}: ${colors.bold(path)}`);
    this.log(`  wanted ${JSON.stringify(wanted)}`);
    this.log(`  found  ${reason === 'missing' ? 'nothing' : JSON.stringify(found)}`);
    return { matches: false, mismatch };
  }
}
