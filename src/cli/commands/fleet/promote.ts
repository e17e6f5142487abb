import { realpath } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import { rewriteTemplate } from '../../../pipelines/fleet/rewrite-template.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import { checkReferences, type FleetFolder, membersUsing, readFleet } from '../../fleet-files.js';
import { type CanaryVerdict, canaryVerdicts } from '../../fleet-verdict.js';
import { replaceFile } from '../../replace-file.js';
import { printable, table } from '../../text.js';

interface Changed {
  pipeline: string;
  file: string;
}
interface Refused extends Changed {
  reason: string;
}

/** A file that is about to be changed. */
interface Change extends Changed {
  /** Where it really lies. */
  path: string;
  before: string;
  after: string;
}

/** `millrace fleet promote OLD NEW [FOLDER]`. */
export default class FleetPromote extends MillraceCommand {
  static override summary =
    'Give all pipelines of a fleet another template, when the canaries have won';
  static override description =
    `Writes NEW where OLD stands as template in the files of the folder, and changes nothing else in them; the server that watches the folder deploys them. Refused unless every canary has won: the newest challenge of each pipeline whose candidate uses NEW, as long as that is what the file would be.
All files are checked before the first one is written. Ends with 11 when some could not be written; doing it again goes on.`;
  static override examples = [
    '<%= config.bin %> fleet promote standard-etl@1 standard-etl@2 --dry-run',
    '<%= config.bin %> fleet promote standard-etl@1 standard-etl@2 pipelines',
  ];
  static override args = {
    old: Args.string({ required: true, description: 'the template that files use: NAME@VERSION' }),
    new: Args.string({ required: true, description: 'the template that they get' }),
    folder: Args.string({ description: 'of pipeline files (default: ./pipelines, else this one)' }),
  };
  static override flags = {
    'dry-run': Flags.boolean({ description: 'say what would change, and write nothing' }),
    'even-if-undecided': Flags.boolean({
      description: 'also when canaries are undecided; never when one has lost',
    }),
    ...serverFlags,
  };

  async run(): Promise<{ canaries: CanaryVerdict[]; changed: Changed[]; refused: Refused[] }> {
    const { args, flags } = await this.parse(FleetPromote);
    const { old: from, new: to } = args;
    checkReferences(from, to);
    const fleet = await readFleet(args.folder);
    const members = [from, to].flatMap((each) => membersUsing(fleet, each, flags.team));
    const clientOf = (team: string) => this.client({ ...flags, team });
    const canaries = await canaryVerdicts(
      { fleet, members, from, to },
      this.client(flags),
      clientOf,
    );
    checkCanaries(canaries, {
      from,
      to,
      undecided: flags['even-if-undecided'] ? 'pass' : 'refuse',
    });
    const changes = await changesOf(fleet, from, to, flags.team);
    const changed: Changed[] = [];
    const refused: Refused[] = [];
    for (const change of changes) {
      const { pipeline, file } = change;
      try {
        if (!flags['dry-run']) await replaceFile(change);
        changed.push({ pipeline, file });
      } catch (error) {
        refused.push({ pipeline, file, reason: (error as Error).message });
      }
    }
    if (changed.length > 0) {
      this.log(
        table(
          ['pipeline', 'file'],
          changed.map(({ pipeline, file }) => [printable(pipeline), printable(file)]),
        ),
      );
    }
    for (const { file, reason } of refused) this.say(`${file} was not written: ${reason}`);
    const verb = flags['dry-run'] ? 'would use' : 'use';
    const won = canaries.filter(({ verdict }) => verdict === 'won').length;
    this.say(
      `${changed.length} files ${verb} ${to} instead of ${from}; ${won} of ${canaries.length} canaries won.`,
    );
    if (refused.length > 0) process.exitCode = EXIT.partlyDone;
    return { canaries, changed, refused };
  }
}

/** @throws CommandFailure MILL5767 */
function checkCanaries(
  canaries: readonly CanaryVerdict[],
  { from, to, undecided }: { from: string; to: string; undecided: 'pass' | 'refuse' },
): void {
  if (canaries.length === 0) {
    throw new CommandFailure(`No pipeline of these files has tried ${to}.`, {
      exitCode: EXIT.conflict,
      code: 'MILL5767',
      fix: `Try it first: millrace fleet canary ${from} ${to}`,
    });
  }
  const against = canaries.filter(
    ({ verdict }) => verdict === 'lost' || (verdict === 'undecided' && undecided === 'refuse'),
  );
  if (against.length === 0) return;
  throw new CommandFailure(`Not all canaries of ${to} have won.`, {
    exitCode: EXIT.conflict,
    code: 'MILL5767',
    details: against.map(({ challenge, pipeline, verdict, reason = verdict }) => ({
      path: `challenge ${challenge} of ${printable(pipeline)}`,
      message: `${verdict}: ${printable(reason)}`,
    })),
    fix: against.some(({ verdict }) => verdict === 'lost')
      ? 'Look at what differs: millrace challenger show NUMBER'
      : 'Wait for them, or try again; --even-if-undecided goes on without them.',
  });
}

/**
 * All of them, or none: each file that uses the old template with its new text, which has no mistakes.
 * @throws CommandFailure MILL5768
 */
async function changesOf(
  fleet: FleetFolder,
  from: string,
  to: string,
  team: string | undefined,
): Promise<Change[]> {
  const changes = new Map<string, Change>();
  const wrong: { path: string; message: string }[] = [];
  for (const { file, text, template, pipeline, plan } of fleet.files) {
    if (template !== from) continue;
    if (team !== undefined && plan !== undefined && plan.team !== team) continue;
    const rewritten = rewriteTemplate(text, from, to);
    if ('reason' in rewritten) {
      wrong.push({ path: file, message: rewritten.reason });
      continue;
    }
    const { plan: after, problems } = await fleet.load(file, rewritten.text);
    if (after === undefined) {
      const [first] = problems.filter(({ severity }) => severity === 'error');
      wrong.push({ path: file, message: `${first?.code} ${first?.message}` });
      continue;
    }
    // A link and what it leads to are one file.
    const path = await realpath(file);
    if (changes.has(path)) continue;
    changes.set(path, { pipeline, file, path, before: text, after: rewritten.text });
  }
  if (wrong.length === 0) return [...changes.values()];
  throw new CommandFailure(`${wrong.length} files cannot use ${to}: nothing was changed.`, {
    exitCode: EXIT.invalidDefinition,
    code: 'MILL5768',
    details: wrong.slice(0, 20),
    fix: `Mend them, or let them use ${from} no longer.`,
  });
}
