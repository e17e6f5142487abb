/**
 * What all commands share: flags, the client, and how they fail.
 *
 * Data goes to standard output, talk to standard error. With `--json` there is one document, for errors too.
 * @module
 */
import { Command, Flags, type Interfaces } from '@oclif/core';
import colors from 'picocolors';
import { type Client, createClient } from './client.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/** Whom commands trust that a server named by --server is the right one. */
export const CA_FILE: Interfaces.OptionFlag<string | undefined> = Flags.string({
  description:
    'PEM file of authorities by which an https server is trusted, instead of the known ones',
  env: 'MILLRACE_CA_FILE',
  helpGroup: 'SERVER',
  helpValue: 'FILE',
});

export const serverFlags = {
  server: Flags.string({
    description: 'address of the server',
    env: 'MILLRACE_URL',
    helpGroup: 'SERVER',
  }),
  data: Flags.string({
    description: 'data folder of the server on this machine (default: the nearest .millrace)',
    helpGroup: 'SERVER',
  }),
  'ca-file': CA_FILE,
  team: Flags.string({
    description: 'only things of this team; tells pipelines of the same name apart',
    env: 'MILLRACE_TEAM',
    helpGroup: 'SERVER',
  }),
};

export abstract class MillraceCommand extends Command {
  static override enableJsonFlag = true;

  /** The client for the server that the flags name. */
  protected client(flags: {
    server?: string | undefined;
    data?: string | undefined;
    team?: string | undefined;
    'ca-file'?: string | undefined;
  }): Client {
    return createClient({ ...flags, caFile: flags['ca-file'] });
  }

  /** Writes talk: progress, hints. Nothing with --json. */
  protected say(text: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${text}\n`);
  }

  protected override async catch(error: Interfaces.CommandError): Promise<unknown> {
    if (error instanceof CommandFailure) {
      process.exitCode = error.exitCode;
      if (this.jsonEnabled()) this.logJson(this.toErrorJson(error));
      else process.stderr.write(`${describe(error)}\n`);
      return undefined;
    }
    const { oclif } = error as { oclif?: { exit?: number } };
    if (oclif?.exit !== undefined || isUsageError(error)) {
      process.exitCode = oclif?.exit === 0 ? EXIT.ok : EXIT.usage;
      if (process.exitCode === EXIT.ok) return undefined;
      if (this.jsonEnabled()) {
        this.logJson({
          error: { code: 'MILL5004', message: error.message, exitCode: process.exitCode },
        });
      } else {
        process.stderr.write(`${colors.red('error[MILL5004]')} ${error.message}\n`);
      }
      return undefined;
    }
    return super.catch(error);
  }

  protected override toErrorJson(error: unknown): unknown {
    if (!(error instanceof CommandFailure)) return super.toErrorJson(error);
    const { code, message, fix, exitCode, details } = error;
    return {
      error: {
        code,
        message,
        ...(fix === undefined ? {} : { fix }),
        ...(details.length === 0 ? {} : { errors: details }),
        exitCode,
      },
    };
  }
}

function isUsageError(error: Error): boolean {
  return /^(Missing|Unexpected|Nonexistent|Flag|Expected|Parsing)/.test(error.message);
}

function describe(error: CommandFailure): string {
  const lines = [`${colors.red(colors.bold(`error[${error.code}]`))} ${error.message}`];
  for (const { path, message } of error.details) lines.push(`  ${path}: ${message}`);
  if (error.fix !== undefined) lines.push(`${colors.dim(' fix:')} ${error.fix}`);
  return lines.join('\n');
}
