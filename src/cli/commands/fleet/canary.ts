import { Args, Flags } from '@oclif/core';
import type { Challenge, ChallengeDetail } from '../../../api/challengers.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { chooseCanaries } from '../../../pipelines/fleet/choose-canaries.js';
import { rewriteTemplate } from '../../../pipelines/fleet/rewrite-template.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { challengeFlags } from '../../challenge-flags.js';
import type { Client } from '../../client.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';
import {
  checkReferences,
  type FleetFolder,
  type FleetMember,
  membersUsing,
  readFleet,
} from '../../fleet-files.js';
import { printable, table } from '../../text.js';

interface Canary {
  pipeline: string;
  team: string;
  file: string;
}
interface Started extends Canary {
  challenge: number;
}
interface Refused extends Canary {
  reason: string;
  exitCode: number;
}

/** `millrace fleet canary OLD NEW [FOLDER]`. */
export default class FleetCanary extends MillraceCommand {
  static override summary =
    'Try another template on a few pipelines of a fleet, beside their current versions';
  static override description =
    `Of the pipelines whose files use OLD, a few are chosen: spread over the list of their names, and the same ones each time. For each, a challenge starts with its file as it would be with NEW. No file changes.
Rules are those of millrace challenge. Needs the role admin of all teams, as deploying does. Ends with 11 when some could not be started. Doing it again goes on: what is under way already with the same file stays as it is.`;
  static override examples = [
    '<%= config.bin %> fleet canary standard-etl@1 standard-etl@2 --pipelines 5 --executions 3',
    '<%= config.bin %> fleet canary standard-etl@1 standard-etl@2 pipelines --pipeline load-alder --rule "values same"',
  ];
  static override args = {
    old: Args.string({ required: true, description: 'the template that files use: NAME@VERSION' }),
    new: Args.string({ required: true, description: 'the template that is tried' }),
    folder: Args.string({ description: 'of pipeline files (default: ./pipelines, else this one)' }),
  };
  static override flags = {
    pipelines: Flags.integer({
      description: 'how many are chosen',
      default: 5,
      min: 1,
      max: 100,
      exclusive: ['pipeline'],
    }),
    pipeline: Flags.string({
      multiple: true,
      description: 'this one; may be said several times',
      helpValue: 'NAME',
    }),
    ...challengeFlags,
    ...serverFlags,
  };

  async run(): Promise<{
    of: number;
    started: Started[];
    underWay: Started[];
    refused: Refused[];
  }> {
    const { args, flags } = await this.parse(FleetCanary);
    checkReferences(args.old, args.new);
    const fleet = await readFleet(args.folder);
    const members = membersUsing(fleet, args.old, flags.team);
    if (members.length === 0) throw nobodyUses(args.old, fleet);
    const chosen =
      flags.pipeline === undefined
        ? chooseCanaries(members, flags.pipelines)
        : namedOnes(members, flags.pipeline, args.old);
    const started: Started[] = [];
    const underWay: Started[] = [];
    const refused: Refused[] = [];
    for (const member of chosen) {
      const { name: pipeline, team } = member.plan;
      const canary = { pipeline, team, file: member.file };
      try {
        const text = await candidateOf(member, args.old, args.new, fleet);
        const client = this.client({ ...flags, team });
        const running = await runningWith(client, pipeline, text);
        if (running !== undefined) {
          underWay.push({ ...canary, challenge: running });
          continue;
        }
        const path = pathTo(PATHS.pipelineChallengers, { name: pipeline });
        const { number } = await client.post<Challenge>(path, {
          ...{ text, executions: flags.executions },
          ...(flags.rule === undefined ? {} : { rules: flags.rule }),
        });
        started.push({ ...canary, challenge: number });
      } catch (error) {
        if (!(error instanceof CommandFailure)) throw error;
        refused.push({ ...canary, reason: wordsOf(error), exitCode: error.exitCode });
      }
    }
    this.#tell({ started, underWay, refused }, members.length, args);
    const [first] = refused;
    if (first !== undefined) {
      const isPartly = started.length + underWay.length > 0;
      process.exitCode = isPartly ? EXIT.partlyDone : first.exitCode;
    }
    return { of: members.length, started, underWay, refused };
  }

  #tell(
    {
      started,
      underWay,
      refused,
    }: {
      readonly started: readonly Started[];
      readonly underWay: readonly Started[];
      readonly refused: readonly Refused[];
    },
    of: number,
    { old: from, new: to }: { old: string; new: string },
  ): void {
    this.log(
      table(
        ['challenge', 'pipeline', 'team', 'file'],
        [
          ...[...started, ...underWay].map((one) => [String(one.challenge), ...cells(one)]),
          ...refused.map((one) => ['–', ...cells(one)]),
        ],
      ),
    );
    for (const { pipeline, reason } of refused) {
      this.say(`${printable(pipeline)} could not be started: ${printable(reason)}`);
    }
    const already = underWay.length === 0 ? '' : `, ${underWay.length} of them already`;
    this.say(
      `${started.length + underWay.length} of ${of} pipelines with ${from} try ${to}${already}.`,
    );
    if (started.length > 0) {
      this.say(
        `They begin with their next executions. See them with: millrace fleet status; then: millrace fleet promote ${from} ${to}`,
      );
    }
  }
}

/** The number of the challenge that is under way with this very file: an answer may have been lost. */
async function runningWith(
  client: Client,
  pipeline: string,
  text: string,
): Promise<number | undefined> {
  const query = new URLSearchParams({ pipeline, limit: '1' });
  const { items } = await client.get<{ items: Challenge[] }>(`${PATHS.challengers}?${query}`);
  const [newest] = items;
  if (newest?.state !== 'running') return undefined;
  const path = pathTo(PATHS.challenger, { number: String(newest.number) });
  const { candidateText } = await client.get<ChallengeDetail>(path);
  return candidateText === text ? newest.number : undefined;
}

function cells({ pipeline, team, file }: Canary): string[] {
  return [printable(pipeline), printable(team), printable(file)];
}

/** @throws CommandFailure MILL5766 when there is no such text, or it has mistakes */
async function candidateOf(
  { file, text }: FleetMember,
  from: string,
  to: string,
  fleet: FleetFolder,
): Promise<string> {
  const rewritten = rewriteTemplate(text, from, to);
  if ('reason' in rewritten) throw noCandidate(rewritten.reason);
  const { plan, problems } = await fleet.load(file, rewritten.text);
  if (plan !== undefined) return rewritten.text;
  const wrong = problems.filter(({ severity }) => severity === 'error');
  throw noCandidate(wrong.map(({ code, message }) => `${code} ${message}`).join('; '));
}

function noCandidate(reason: string): CommandFailure {
  return new CommandFailure(reason, { exitCode: EXIT.invalidDefinition, code: 'MILL5766' });
}

function wordsOf({ message, code, details }: CommandFailure): string {
  const more = details.slice(0, 3).map(({ path, message: words }) => `${path}: ${words}`);
  const said = [message, ...more].join(' ');
  return code === 'MILL5766' ? said : `${code} ${said}`;
}

function namedOnes(
  members: readonly FleetMember[],
  names: readonly string[],
  template: string,
): FleetMember[] {
  const missing = names.filter((name) => !members.some(({ plan }) => plan.name === name));
  if (missing.length > 0) {
    throw new CommandFailure(`${missing.join(', ')}: no pipeline that uses ${template}.`, {
      exitCode: EXIT.notFound,
      code: 'MILL5765',
      fix: `List those that do with: millrace fleet show --template ${template}`,
    });
  }
  return members.filter(({ plan }) => names.includes(plan.name));
}

function nobodyUses(template: string, { folder, files }: FleetFolder): CommandFailure {
  const broken = files.filter((one) => one.template === template && one.plan === undefined);
  const also = broken.length === 0 ? '' : `; ${broken.length} that do cannot be loaded`;
  return new CommandFailure(`No pipeline in ${folder} can be tried that uses ${template}${also}.`, {
    exitCode: EXIT.notFound,
    code: 'MILL5765',
    fix: 'See which templates are used: millrace fleet show',
  });
}
