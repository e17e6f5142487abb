import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { isMap, isSeq, parseDocument } from 'yaml';
import { WATCHED } from '../../../aws/onboarding/permissions.js';
import {
  accountTemplateText,
  QUEUE_NAME,
  ROLE_NAME,
  tellsEvents,
} from '../../../aws/onboarding/template.js';
import { loadAccounts } from '../../../pipelines/accounts-file.js';
import { formatProblems } from '../../../pipelines/format-problems.js';
import { accountFlags, watchedOf } from '../../account-flags.js';
import { MillraceCommand } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';

interface Added {
  readonly name: string;
  readonly accounts: string;
  readonly template: string;
  /** One command a region. */
  readonly deploy: readonly string[];
}

const PRINCIPAL = /^(\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:[\w+=,.@:/-]{1,300})$/;

/** `millrace accounts add`: an account of AWS, and what must be deployed in it. */
export default class AccountsAdd extends MillraceCommand {
  static override summary =
    'Add an account of AWS: an entry of the accounts file, and the template to deploy there';
  static override description =
    'Writes the account into the accounts file, and a CloudFormation template beside it with a role that has the least it needs, and the rules and the queue of its events. Then says the one command to deploy it (once a region). Nothing is called, and nothing is changed in the account until you deploy.';
  static override examples = [
    '<%= config.bin %> accounts add lake --account 111122223333 --region eu-central-1 --for parcels --trust 444455556666',
    '<%= config.bin %> accounts add lake --account 111122223333 --region eu-central-1 --region us-east-1 --for parcels --trust 444455556666 --drive batch --drive athena',
  ];
  static override args = {
    name: Args.string({ description: 'what pipelines and teams call it', required: true }),
  };
  static override flags = {
    account: Flags.string({ description: 'its 12 digits', required: true }),
    region: Flags.string({
      description: 'its regions, the first is the usual one',
      multiple: true,
      required: true,
    }),
    trust: Flags.string({
      description: 'who runs this Millrace on AWS: the ARN of its role or user, or its account',
      required: true,
    }),
    for: Flags.string({
      description: 'teams that may use it (default: nobody)',
      multiple: true,
      default: [],
    }),
    ...accountFlags,
    'pass-role': Flags.string({
      description: 'ARN of a role that jobs are given; may end with *',
      multiple: true,
      default: [],
    }),
    file: Flags.string({
      description: 'the accounts file',
      default: 'accounts.yaml',
      env: 'MILLRACE_ACCOUNTS',
    }),
    template: Flags.string({
      description: 'where the template goes (default: NAME.cloudformation.yaml)',
    }),
    'template-only': Flags.boolean({
      description:
        'the template of an account that is in the file already; its external id is kept',
    }),
  };

  async run(): Promise<Added> {
    const { args, flags } = await this.parse(AccountsAdd);
    const { name } = args;
    const { account, region: regions, trust, drive } = flags;
    if (!PRINCIPAL.test(trust)) {
      throw refusal(
        `'${trust}' is neither an account nor the ARN of a role or user`,
        'Write --trust 444455556666, or the ARN that `aws sts get-caller-identity` prints.',
      );
    }
    const watch = watchedOf(flags.watch) ?? WATCHED;
    const known = flags['template-only'] ? knownEntry(flags.file, name) : undefined;
    const externalId = known?.externalId ?? `millrace-${randomUUID()}`;
    const [home = ''] = regions;
    const entry = {
      ...{ name, account, regions },
      role: `arn:aws:iam::${account}:role/${ROLE_NAME}`,
      externalId,
      teams: flags.for,
      ...(tellsEvents({ watch, drive })
        ? {
            events: {
              queue: `https://sqs.${home}.amazonaws.com/${account}/${QUEUE_NAME}`,
              region: home,
            },
          }
        : {}),
    };
    if (known === undefined) addEntry(flags.file, name, entry);
    const template = flags.template ?? `${name}.cloudformation.yaml`;
    const wishes = {
      ...{ name, account, regions, externalId, watch, drive },
      ...{ trusts: trust, passRoles: flags['pass-role'] },
    };
    writeFileSync(template, accountTemplateText(wishes));
    const deploy = regions.map(
      (region) =>
        `aws cloudformation deploy --stack-name millrace --template-file ${template} --capabilities CAPABILITY_NAMED_IAM --region ${region}`,
    );
    this.say(`${known === undefined ? `added ${name} to ${flags.file}; ` : ''}wrote ${template}`);
    this.say(`deploy it as somebody of the account ${account}, the first region first:\n`);
    for (const command of deploy) this.log(command);
    this.say(
      `\nthen start the server with --accounts ${flags.file}, and: millrace accounts check ${name}`,
    );
    return { name, accounts: flags.file, template, deploy };
  }
}

/** @throws CommandFailure */
function knownEntry(file: string, name: string): { externalId: string } {
  const { accounts = [] } = loadAccounts(file, readOr(file));
  const found = accounts.find((one) => one.name === name);
  if (found === undefined)
    throw refusal(`${file} has no account ${name}`, 'Leave --template-only out to add it.');
  const externalId = found.role?.externalId;
  if (externalId !== undefined) return { externalId };
  // A template with one that the file does not have would make a role that nobody can assume.
  throw refusal(
    `${name} has no externalId in ${file}`,
    'Write one into its entry, a text that nobody can guess, and try again.',
  );
}

/** Comments and what else is in the file stay. */
function addEntry(file: string, name: string, entry: object): void {
  const text = existsSync(file) ? readOr(file) : 'accounts: []\n';
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw refusal(`${file} is no accounts file`, 'Mend it, or name another one with --file.');
  }
  let list = document.get('accounts', true);
  if (!isSeq(list)) {
    document.set('accounts', document.createNode([]));
    list = document.get('accounts', true);
  }
  if (!isSeq(list)) throw refusal(`${file} is no accounts file`, 'Write accounts: [] into it.');
  list.flow = false;
  list.add(document.createNode(entry));
  const written = document.toString({ lineWidth: 0 });
  const { problems } = loadAccounts(file, written);
  if (problems.length > 0) {
    throw new CommandFailure(
      `The account ${name} cannot be added.\n${formatProblems(problems, new Map([[file, written]]))}`,
      {
        code: 'MILL5086',
        exitCode: EXIT.invalidDefinition,
        fix: 'Give it other values, or take the entry that is there out of the file. Nothing was written.',
      },
    );
  }
  writeFileSync(file, written);
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw refusal(
      `${file} cannot be read: ${(error as Error).message}`,
      'Name another one with --file.',
    );
  }
}

function refusal(message: string, fix: string): CommandFailure {
  return new CommandFailure(message, { code: 'MILL5085', exitCode: EXIT.usage, fix });
}
