import { Args, Flags } from '@oclif/core';
import { MillraceCommand } from '../base-command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** `millrace log TEXT`: writes a log line with fields, for scripts that are tasks. */
export default class Log extends MillraceCommand {
  static override summary = 'Write a log line with fields: for scripts that are tasks';
  static override description =
    'Writes one line of JSON to standard error, which the server keeps under the tags of the pipeline whose task it is; standard output stays free for what the task answers. No server is asked.';
  static override examples = [
    '<%= config.bin %> log "read the file"',
    '<%= config.bin %> log --level warn --field rows=12 --field file=a.csv "slow answer"',
  ];
  static override enableJsonFlag = false;
  static override args = { text: Args.string({ required: true, description: 'what it says' }) };
  static override flags = {
    level: Flags.string({
      description: 'how bad it is',
      options: ['debug', 'info', 'warn', 'error'],
      default: 'info',
    }),
    field: Flags.string({
      description: 'NAME=VALUE; what is a number, true, false or null is taken as that',
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Log);
    const fields = (flags.field ?? []).map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), fieldOf(text.slice(at + 1))] as const;
      throw new CommandFailure(`'${text}' is no field.`, {
        exitCode: EXIT.usage,
        code: 'MILL5125',
        fix: 'Write NAME=VALUE, as in --field rows=12.',
      });
    });
    const line = { ...Object.fromEntries(fields), level: flags.level, message: args.text };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  }
}

/** Numbers that are written otherwise than JSON writes them stay texts: they may be numbers of orders. */
function fieldOf(text: string): string | number | boolean | null {
  const words: { [word: string]: boolean | null } = { true: true, false: false, null: null };
  if (Object.hasOwn(words, text)) return words[text] ?? null;
  return text !== '' && String(Number(text)) === text ? Number(text) : text;
}
