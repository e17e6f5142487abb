/**
 * Suggests a command when somebody mistypes one.
 * @module
 */
import type { Hook } from '@oclif/core';
import colors from 'picocolors';
import { suggest } from '../../asl/validation/suggestion.js';
import { EXIT } from '../exit-codes.js';

const hook: Hook<'command_not_found'> = async ({ id, config, argv }) => {
  const names = config.commands.filter((command) => !command.hidden).map((command) => command.id);
  const meant = suggest(id, names);
  const message = `There is no command '${id}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`}`;
  const fix = 'millrace --help lists all commands.';
  if (argv?.includes('--json')) {
    const error = { code: 'MILL5012', message, fix, exitCode: EXIT.usage };
    process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`);
  } else {
    process.stderr.write(
      `${colors.red('error[MILL5012]')} ${message}\n${colors.dim(' fix:')} ${fix}\n`,
    );
  }
  process.exit(EXIT.usage);
};

export default hook;
