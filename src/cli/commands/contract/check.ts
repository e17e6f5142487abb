import { Args, Flags } from '@oclif/core';
import type { ContractResult } from '../../../datasets/contract.js';
import { MillraceCommand } from '../../base-command.js';
import { boundsOf, dataFiles, readerFlags } from '../../contract-flags.js';
import { contractText } from '../../contract-text.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { readContract } from '../../read-contract.js';
import { printable } from '../../text.js';

/** `millrace contract check`: whether files keep a contract, without a server. */
export default class ContractCheck extends MillraceCommand {
  static override summary = 'Say whether data keeps its contract, and show rows that do not';
  static override description =
    'Reads the files in a bounded process of its own and evaluates every rule. Ends with 10 when data must not be published, or cannot be read; what is only warned of, or set aside, ends with 0.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> contract check parcels.csv --contract parcels.contract.yaml',
    '<%= config.bin %> contract check part-*.parquet --contract parcels.contract.yaml --reference counties=counties.csv --earlier-rows 1000,1010 --json',
  ];
  static override args = {
    files: Args.string({ description: 'CSV, JSON or Parquet files, read as one', required: true }),
  };
  static override flags = {
    contract: Flags.string({ description: 'the contract file', required: true }),
    reference: Flags.string({
      description: 'DATASET=FILE: what rules of the kind references look things up in',
      multiple: true,
    }),
    'earlier-rows': Flags.string({
      description: 'rows of earlier versions, the newest last: 1000,1010,990',
    }),
    'sql-timeout': Flags.integer({
      description: 'longest time of one custom SQL, in seconds',
      min: 1,
      default: 60,
    }),
    ...readerFlags,
  };

  async run(): Promise<ContractResult & { warnings: readonly string[] }> {
    const { argv, flags } = await this.parse(ContractCheck);
    const contract = readContract(flags.contract, (text) => this.say(text));
    const data = dataFiles(argv as string[], flags);
    const references = Object.fromEntries(
      (flags.reference ?? []).map((one) => {
        const [, dataset, file] = /^([^=]+)=(.+)$/.exec(one) ?? [];
        if (dataset === undefined || file === undefined) throw noReference(one);
        return [dataset, { ...dataFiles([file], flags), options: {} }];
      }),
    );
    const { runContract } = await import('../../../connectors/dataset/contract/run-contract.js');
    const answer = await runContract(
      data,
      {
        type: 'check',
        contract,
        references,
        history: earlierRows(flags['earlier-rows']),
        now: Date.now(),
        sqlSeconds: flags['sql-timeout'],
      },
      boundsOf(flags),
    );
    if (answer.type === 'unreadable') {
      throw new CommandFailure(`The data cannot be checked: ${printable(answer.cause)}.`, {
        exitCode: EXIT.checkFailed,
        code: 'MILL5704',
        fix: `${answer.fix}.`,
      });
    }
    if (answer.type !== 'checked') throw new Error('Something else was answered.');
    const { result, warnings } = answer;
    if (!this.jsonEnabled()) this.log(contractText(result, warnings));
    if (result.verdict === 'block') process.exitCode = EXIT.checkFailed;
    return { ...result, warnings };
  }
}

function noReference(text: string): CommandFailure {
  return new CommandFailure(`'${text}' names no dataset and file.`, {
    exitCode: EXIT.usage,
    code: 'MILL5705',
    fix: 'Write --reference counties=counties.csv.',
  });
}

function earlierRows(text: string | undefined): number[] {
  if (text === undefined) return [];
  const rows = text.split(',').map((one) => Number(one.trim() === '' ? Number.NaN : one));
  if (rows.every((one) => Number.isSafeInteger(one) && one >= 0)) return rows;
  throw new CommandFailure(`'${text}' are no counts of rows.`, {
    exitCode: EXIT.usage,
    code: 'MILL5706',
    fix: 'Write them with commas, the newest last: --earlier-rows 1000,1010.',
  });
}
