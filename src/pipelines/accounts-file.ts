/**
 * The accounts of AWS that a server may act in or watch, as a file.
 *
 *     accounts:
 *       - name: lake
 *         account: "111122223333"
 *         regions: [eu-central-1, us-east-1]   # or region: eu-central-1
 *         role: arn:aws:iam::111122223333:role/millrace
 *         externalId: 6f1c…
 *         teams: [parcels]                     # or "*"; nobody unless it is said
 *         events: { queue: https://sqs.eu-central-1.amazonaws.com/111122223333/millrace-events }
 *
 * There are no keys in it: credentials come from the role, the profile, or what AWS's own client finds.
 * @module
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AwsAccount } from '../aws/aws.js';
import { formatProblems } from './format-problems.js';
import type { Problem } from './problem.js';
import { NAME_MESSAGE, NAME_PATTERN } from './schema.js';
import { checked, type FileKind } from './schema-problems.js';
import { problemAt, readSource, type SourceFile } from './source-file.js';

/** There is no such file, or something is wrong with it; the message tells everything that is. */
export class AccountsFileError extends Error {
  override readonly name = 'AccountsFileError';
}

/** An account with what only those who watch it need. */
export interface AccountOfFile extends AwsAccount {
  /** The queue of SQS in which its events wait. */
  readonly events?: { readonly queue: string; readonly region: string };
}

const MOST_ACCOUNTS = 2_000;
const MOST_REGIONS = 100;
const MOST_TEAMS = 1_000;

const REGION = /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/;
const region = z.string().regex(REGION, 'expected a region, such as eu-central-1');
const name = z.string().regex(NAME_PATTERN, NAME_MESSAGE);
const address = z.url({
  protocol: /^https?$/,
  error: 'expected an address that begins with http:// or https://',
});

const account = z
  .strictObject({
    name,
    account: z.string().regex(/^\d{12}$/, 'expected the 12 digits of an account, in quotes'),
    region: region.optional(),
    regions: z.array(region).min(1).max(MOST_REGIONS).optional(),
    role: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
        'expected the ARN of a role, such as arn:aws:iam::111122223333:role/millrace',
      )
      .optional(),
    externalId: z
      .string()
      .regex(
        /^[\w+=,.@:/-]{2,1224}$/,
        'expected 2 to 1224 letters, digits or + = , . @ : / - characters',
      )
      .optional(),
    profile: z
      .string()
      .regex(/^[\w+=,.@ /-]{1,128}$/, "expected the name of a profile of AWS's own files")
      .optional(),
    endpoint: address.optional(),
    teams: z
      .union([z.literal('*'), z.array(name).max(MOST_TEAMS)], {
        error: 'expected a list of teams, or "*" for all',
      })
      .default([]),
    events: z.strictObject({ queue: address, region: region.optional() }).optional(),
  })
  .superRefine((written, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (written.region === undefined && written.regions === undefined) {
      wrong('regions', 'expected the regions of the account: regions: [eu-central-1]');
    }
    if (written.region !== undefined && written.regions !== undefined) {
      wrong('region', 'expected either region or regions, not both');
    }
    if (new Set(written.regions).size < (written.regions?.length ?? 0)) {
      wrong('regions', 'expected each region once');
    }
    if (written.externalId !== undefined && written.role === undefined) {
      wrong('externalId', 'an external id is sent when a role is assumed, and there is no role');
    }
    if (written.role !== undefined && written.role.split(':')[4] !== written.account) {
      wrong('role', `expected a role of account ${written.account}`);
    }
  });

const schema = z.strictObject({ accounts: z.array(account).max(MOST_ACCOUNTS) });
type Written = z.infer<typeof account>;

const KIND: FileKind = {
  name: 'accounts',
  begin: 'accounts: []',
  fields: (path) => {
    if (path.length === 0) return ['accounts'];
    if (path.length === 2) return Object.keys(account.shape);
    return path.length === 3 && path[2] === 'events' ? ['queue', 'region'] : [];
  },
};

/**
 * Reads accounts, all or nothing.
 * @returns none when anything in the file is wrong, and everything that is wrong, each at its place
 * @example
 * loadAccounts('accounts.yaml', 'accounts: [{ name: lake, account: "111122223333", region: eu-central-1 }]')
 *   .accounts?.[0]?.regions // ['eu-central-1']
 */
export function loadAccounts(
  file: string,
  text: string,
): { accounts?: readonly AccountOfFile[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const source = readSource(file, text, problems);
  const written = source && checked(schema, source, KIND, problems).accounts;
  if (source === undefined || written === undefined || problems.length > 0) return { problems };
  refuseDoubles(source, written, problems);
  if (problems.length > 0) return { problems };
  return { accounts: written.map(accountOf), problems };
}

/** A name, and an account with a region, mean one thing. */
function refuseDoubles(source: SourceFile, written: readonly Written[], problems: Problem[]): void {
  const names = new Map<string, number>();
  const places = new Map<string, string>();
  for (const [at, one] of written.entries()) {
    const first = names.get(one.name);
    if (first === undefined) names.set(one.name, at);
    else {
      const message = `two accounts are named ${one.name}`;
      problems.push(problemAt(source, ['accounts', at, 'name'], 'MILL1103', message));
    }
    const key = one.regions === undefined ? 'region' : 'regions';
    for (const [index, in_] of regionsOf(one).entries()) {
      const place = `${one.account} ${in_}`;
      const other = places.get(place);
      if (other === undefined) {
        places.set(place, one.name);
        continue;
      }
      const message = `account ${one.account} in ${in_} is already named ${other}`;
      const path = ['accounts', at, key, ...(key === 'regions' ? [index] : [])];
      problems.push(problemAt(source, path, 'MILL1103', message));
    }
  }
}

function regionsOf({ region: one, regions }: Written): readonly string[] {
  return regions ?? (one === undefined ? [] : [one]);
}

function accountOf(written: Written): AccountOfFile {
  const { name: called, account: digits, role, externalId, profile, endpoint, teams } = written;
  const regions = regionsOf(written);
  const [first = ''] = regions;
  return {
    name: called,
    account: digits,
    regions,
    ...(role === undefined
      ? {}
      : { role: { arn: role, ...(externalId === undefined ? {} : { externalId }) } }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint: endpoint.replace(/\/+$/, '') }),
    teams,
    ...(written.events === undefined
      ? {}
      : { events: { queue: written.events.queue, region: written.events.region ?? first } }),
  };
}

/**
 * The same of a file on this machine.
 * @throws AccountsFileError
 * @example openAccountsFile('accounts.yaml').map(({ name }) => name) // ['lake']
 */
export function openAccountsFile(file: string): readonly AccountOfFile[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new AccountsFileError(`The accounts cannot be read: ${(error as Error).message}`);
  }
  const { accounts, problems } = loadAccounts(file, text);
  if (accounts !== undefined) return accounts;
  throw new AccountsFileError(
    `The accounts have problems.\n${formatProblems(problems, new Map([[file, text]]))}`,
  );
}
