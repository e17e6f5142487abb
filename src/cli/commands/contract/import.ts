import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { stringify } from 'yaml';
import { loadContract } from '../../../pipelines/contract-file/contract-file.js';
import { convertOdcs } from '../../../pipelines/contract-file/odcs/convert-odcs.js';
import { formatProblems } from '../../../pipelines/format-problems.js';
import type { Problem } from '../../../pipelines/problem.js';
import { MillraceCommand } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';

interface Imported {
  readonly files: readonly string[];
  /** What was not taken over. */
  readonly left: readonly Problem[];
}

/** `millrace contract import`: data contracts of ODCS as contract files. */
export default class ContractImport extends MillraceCommand {
  static override summary =
    'Take over a data contract of ODCS (Open Data Contract Standard, version 3)';
  static override description =
    'Writes a contract file for each object of its schema, and says of everything that a contract cannot promise where it stands and why.';
  static override examples = ['<%= config.bin %> contract import orders.odcs.yaml --out contracts'];
  static override args = {
    file: Args.string({ description: 'the data contract', required: true }),
  };
  static override flags = {
    out: Flags.string({ description: 'folder of the contract files', default: '.' }),
    force: Flags.boolean({ description: 'write over files that are there' }),
  };

  async run(): Promise<Imported> {
    const { args, flags } = await this.parse(ContractImport);
    const text = read(args.file);
    const { contracts, problems } = convertOdcs(args.file, text);
    const tell = (found: readonly Problem[], of: string, source: string): void => {
      if (found.length > 0) this.say(formatProblems(found, new Map([[of, source]])));
    };
    tell(problems, args.file, text);
    if (contracts.length === 0) throw unfit(args.file, problems);
    const written = contracts.map((contract) => {
      const file = join(flags.out, `${contract.contract}.contract.yaml`);
      const yaml = stringify(contract, { lineWidth: 0, aliasDuplicateObjects: false });
      return { file, yaml };
    });
    for (const { file, yaml } of written) {
      const { problems: wrong } = loadContract(file, yaml);
      tell(wrong, file, yaml);
      if (wrong.length > 0) throw unfit(args.file, wrong);
      if (!existsSync(file) || flags.force) continue;
      throw new CommandFailure(`${file} is there already.`, {
        exitCode: EXIT.usage,
        code: 'MILL5708',
        fix: 'Name another folder with --out, or write over it with --force.',
      });
    }
    mkdirSync(flags.out, { recursive: true });
    for (const { file, yaml } of written) writeFileSync(file, yaml);
    const files = written.map(({ file }) => file);
    for (const file of files) this.log(file);
    this.say(
      `${problems.length} ${problems.length === 1 ? 'thing was' : 'things were'} not taken over`,
    );
    return { files, left: problems };
  }
}

function unfit(file: string, problems: readonly Problem[]): CommandFailure {
  return new CommandFailure(`${file} cannot be taken over.`, {
    exitCode: EXIT.invalidDefinition,
    code: 'MILL5707',
    fix: 'Mend what is named above.',
    details: problems.map(({ line, column, message }) => ({
      path: `${file}:${line}:${column}`,
      message,
    })),
  });
}

/** @throws CommandFailure when it cannot be read */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}`, {
      exitCode: EXIT.notFound,
      code: 'MILL5709',
      fix: 'Name a data contract of ODCS.',
    });
  }
}
