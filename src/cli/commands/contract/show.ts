import { Args } from '@oclif/core';
import { typeText } from '../../../datasets/column-type.js';
import { type Contract, pathName } from '../../../datasets/contract.js';
import { promise } from '../../../datasets/judge-contract.js';
import { MillraceCommand } from '../../base-command.js';
import { readContract } from '../../read-contract.js';
import { printable, table } from '../../text.js';

/** `millrace contract show`: what a contract file promises. */
export default class ContractShow extends MillraceCommand {
  static override summary = 'Show what a contract promises, and what follows when it is broken';
  static override examples = ['<%= config.bin %> contract show parcels.contract.yaml'];
  static override args = {
    file: Args.string({ description: 'the contract file', required: true }),
  };

  async run(): Promise<Contract> {
    const { args } = await this.parse(ContractShow);
    const contract = readContract(args.file, (text) => this.say(text));
    const { dataset, description, columns, rules, extraColumns } = contract;
    this.log(printable(description === undefined ? dataset : `${dataset}: ${description}`));
    const shown = columns.map(({ path, type, optional, severity }) => [
      printable(pathName(path)),
      type === undefined ? 'any' : printable(typeText(type)),
      optional ? 'may be missing' : '',
      severity,
    ]);
    if (columns.length > 0) {
      this.log(`\n${table(['column', 'type', '', 'severity'], shown)}`);
      this.log(`other columns: ${extraColumns}`);
    }
    const promised = rules.map((rule) => [
      printable(rule.name),
      rule.severity,
      printable(promise(rule)),
    ]);
    if (rules.length > 0) this.log(`\n${table(['rule', 'severity', 'promise'], promised)}`);
    return contract;
  }
}
