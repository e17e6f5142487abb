/**
 * Suggests a command when somebody mistypes one.
 * @module
 */
import type { Hook } from '@oclif/core';
import colors from 'picocolors';
import { suggest } from '../../asl/validation/suggestion.js';
import { EXIT } from '../exit-codes.js';

const hook: Hook<'command_not_found'> = async ({ id, config }) => {
  const names = config.commands.filter((command) => !command.hidden).map((command) => command.id);
  const meant = suggest(id, names);
  process.stderr.write(
    `${colors.red('error[MILL5012]')} There is no command '${id}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`}\n` +
      `${colors.dim(' fix:')} millrace --help lists all commands.\n`,
  );
  process.exit(EXIT.usage);
};

export default hook;
