import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import { stringify } from 'yaml';
import { formatProblems } from '../../../pipelines/format-problems.js';
import type { Problem } from '../../../pipelines/problem.js';
import {
  type Converted,
  convertSalmon,
  type SalmonChoices,
  withoutLoose,
} from '../../../pipelines/salmon/convert-settings.js';
import { FILES, readSalmon, type SalmonTexts } from '../../../pipelines/salmon/read-settings.js';
import { MillraceCommand } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { printable } from '../../text.js';

interface Imported {
  readonly files: readonly string[];
  readonly report: readonly Converted[];
  readonly left: readonly string[];
}

const SMTP = /^(?:([^@\s]{1,300})@)?([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?$/;

/** `millrace import salmon`: settings of SALMON as an accounts file and a team's file. */
export default class ImportSalmon extends MillraceCommand {
  static override summary =
    'Take over the settings of SALMON: accounts, what is watched in them, who is told of it';
  static override description =
    'Reads general.json, monitoring_groups.json, recipients.json and replacements.json of a folder and writes an accounts file and the file of a team, then says of each thing what it has become and what needs you. Nothing is written when anything is wrong; --partial leaves out what names something that is not there.';
  static override examples = [
    '<%= config.bin %> import salmon config/settings --watch-team data',
    '<%= config.bin %> import salmon config/settings --watch-team data --smtp millrace@smtp.example.org:465',
  ];
  static override args = {
    folder: Args.string({ description: 'where the settings are', required: true }),
  };
  static override flags = {
    'watch-team': Flags.string({
      description: 'the team that watches, and is told',
      default: 'default',
    }),
    out: Flags.string({ description: 'folder of the team’s file', default: 'pipelines' }),
    accounts: Flags.string({ description: 'the accounts file', default: 'accounts.yaml' }),
    smtp: Flags.string({
      description: 'the mail server of recipients that SMTP reaches: [USER@]HOST[:PORT]',
    }),
    partial: Flags.boolean({ description: 'leave out what names something that is not there' }),
    force: Flags.boolean({ description: 'write over files that are there' }),
  };

  async run(): Promise<Imported> {
    const { args, flags } = await this.parse(ImportSalmon);
    const texts = readTexts(args.folder);
    const { settings, problems } = readSalmon(texts);
    const errors = problems.filter(
      ({ severity, code }) => severity === 'error' && !(flags.partial && code === 'MILL1602'),
    );
    if (problems.length > 0) this.#tell(args.folder, problems, texts);
    if (settings === undefined || errors.length > 0) {
      throw new CommandFailure(`${args.folder} cannot be taken over.`, {
        exitCode: EXIT.invalidDefinition,
        code: 'MILL5091',
        fix: 'Mend what is named above; names that lead nowhere are left out with --partial.',
        details: problems.map(({ file, line, column, message }) => ({
          path: `${file}:${line}:${column}`,
          message,
        })),
      });
    }
    const { settings: sound, left } = withoutLoose(settings);
    const choices: SalmonChoices = {
      team: flags['watch-team'],
      externalId: () => `millrace-${randomUUID()}`,
      ...(flags.smtp === undefined ? {} : { smtp: smtpOf(flags.smtp) }),
    };
    const converted = convertSalmon(sound, choices);
    const teamFile = join(flags.out, `${flags['watch-team']}.yaml`);
    const written = [
      [flags.accounts, converted.accounts, 'Accounts of AWS: millrace up --accounts'],
      [teamFile, converted.team, 'What this team watches, and who is told'],
    ] as const;
    const there = written.map(([file]) => file).filter((file) => existsSync(file));
    if (there.length > 0 && !flags.force) {
      throw new CommandFailure(`${there.join(' and ')} is there already.`, {
        exitCode: EXIT.usage,
        code: 'MILL5092',
        fix: 'Name other files with --accounts and --out, or write over them with --force.',
      });
    }
    for (const [file, value, says] of written) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(
        file,
        `# ${says}. Taken over from SALMON.\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`,
      );
    }
    const { report } = converted;
    if (!this.jsonEnabled()) this.#show(report, left);
    this.say(`wrote ${written.map(([file]) => file).join(' and ')}; next: millrace validate`);
    return { files: written.map(([file]) => file), report, left };
  }

  #tell(folder: string, problems: readonly Problem[], texts: SalmonTexts): void {
    if (this.jsonEnabled()) return;
    const named = problems.map((one) => ({ ...one, file: join(folder, one.file) }));
    const sources = new Map(
      (Object.keys(FILES) as (keyof typeof FILES)[]).flatMap((key) => {
        const text = texts[key];
        return text === undefined ? [] : [[join(folder, FILES[key]), text] as const];
      }),
    );
    process.stderr.write(`${formatProblems(named, sources)}\n`);
  }

  #show(report: readonly Converted[], left: readonly string[]): void {
    for (const { from, to, needsYou } of report) {
      const mark = needsYou === undefined ? colors.green('✓') : colors.yellow('!');
      this.log(`${mark} ${printable(from)}${to === undefined ? '' : ` → ${printable(to)}`}`);
      if (needsYou !== undefined)
        this.log(`    ${colors.yellow('needs you:')} ${printable(needsYou)}`);
    }
    for (const one of left) this.log(`${colors.red('✗')} left out: ${printable(one)}`);
  }
}

/** @throws CommandFailure when the folder cannot be read */
function readTexts(folder: string): SalmonTexts {
  const read = (name: string): string | undefined => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new CommandFailure(
        `${join(folder, name)} cannot be read: ${(error as Error).message}`,
        {
          exitCode: EXIT.notFound,
          code: 'MILL5093',
          fix: 'Name a folder with the settings of SALMON.',
        },
      );
    }
  };
  return {
    general: read(FILES.general),
    groups: read(FILES.groups),
    recipients: read(FILES.recipients),
    replacements: read(FILES.replacements),
  };
}

/** @throws CommandFailure */
function smtpOf(text: string): NonNullable<SalmonChoices['smtp']> {
  const [, user, host, port] = SMTP.exec(text) ?? [];
  if (host === undefined || Number(port ?? 25) > 65_535) {
    throw new CommandFailure(`'${text}' is no mail server`, {
      exitCode: EXIT.usage,
      code: 'MILL5094',
      fix: 'Write --smtp smtp.example.org:465, or USER@ before it.',
    });
  }
  return {
    host,
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(user === undefined ? {} : { user }),
  };
}
