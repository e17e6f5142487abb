import { existsSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { stringify } from 'yaml';
import { type Proposal, proposeContract } from '../../../datasets/infer/propose-contract.js';
import { loadContract } from '../../../pipelines/contract-file/contract-file.js';
import { MillraceCommand } from '../../base-command.js';
import { boundsOf, dataFiles, readerFlags } from '../../contract-flags.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { printable } from '../../text.js';

interface Inferred {
  readonly contract: object;
  readonly rows: number;
  readonly proposals: readonly Proposal[];
  readonly warnings: readonly string[];
}

/** `millrace contract infer`: a contract that the data at hand keeps. */
export default class ContractInfer extends MillraceCommand {
  static override summary = 'Propose a contract from data, and say how sure each promise is';
  static override description =
    'Writes the contract to standard output, or to --out. It only warns until somebody has read it: then say severity: block.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> contract infer parcels.csv --dataset parcels/example > parcels.contract.yaml',
  ];
  static override args = {
    files: Args.string({ description: 'CSV, JSON or Parquet files, read as one', required: true }),
  };
  static override flags = {
    dataset: Flags.string({ description: "the dataset (default: the first file's name)" }),
    out: Flags.string({ description: 'file to write; it must not be there' }),
    ...readerFlags,
  };

  async run(): Promise<Inferred> {
    const { argv, flags } = await this.parse(ContractInfer);
    const names = argv as string[];
    const { runContract } = await import('../../../connectors/dataset/contract/run-contract.js');
    const answer = await runContract(dataFiles(names, flags), { type: 'profile' }, boundsOf(flags));
    if (answer.type !== 'profiled') {
      const { cause, fix } = answer.type === 'unreadable' ? answer : { cause: '', fix: '' };
      throw new CommandFailure(`The data cannot be read: ${printable(cause)}.`, {
        exitCode: EXIT.checkFailed,
        code: 'MILL5710',
        fix: `${fix}.`,
      });
    }
    const { profile, warnings } = answer;
    const { columns, proposals } = proposeContract(profile);
    const dataset = flags.dataset ?? basename(names[0] ?? 'data').replace(/\..*$/, '');
    const contract = { contract: dataset, severity: 'warn', columns };
    const said = proposals.map(({ column, promise, sure, words }) =>
      printable(
        `# ${sure === 'seen' ? 'seen ' : 'guess'} ${column.slice(0, 80)}, ${promise}: ${words}`,
      ).replaceAll('\n', ' '),
    );
    const head = [
      `# Proposed from ${profile.rows} rows. Read it, then say severity: block.`,
      ...said,
    ];
    const text = `${head.join('\n')}\n${stringify(contract, { lineWidth: 0, aliasDuplicateObjects: false })}`;
    const { problems } = loadContract('proposal', text);
    if (problems.length > 0) {
      throw new CommandFailure(`No contract can be written of it: ${problems[0]?.message}.`, {
        exitCode: EXIT.usage,
        code: 'MILL5711',
        fix: 'Give the dataset a name: --dataset parcels/example.',
      });
    }
    for (const one of warnings) this.say(printable(one));
    if (flags.out !== undefined) this.#write(flags.out, text);
    else if (!this.jsonEnabled()) process.stdout.write(text);
    return { contract, rows: profile.rows, proposals, warnings };
  }

  #write(file: string, text: string): void {
    if (existsSync(file)) {
      throw new CommandFailure(`${file} is there already.`, {
        exitCode: EXIT.usage,
        code: 'MILL5712',
        fix: 'Name another file with --out.',
      });
    }
    writeFileSync(file, text);
    this.say(`wrote ${file}`);
  }
}
