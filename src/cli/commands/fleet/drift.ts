import { Args, Flags } from '@oclif/core';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { type Drift, driftOfDeployed, driftOfFiles } from '../../fleet-drift.js';
import { readFleet } from '../../fleet-files.js';
import { printable, table } from '../../text.js';

/** `millrace fleet drift [FOLDER]`. */
export default class FleetDrift extends MillraceCommand {
  static override summary = 'List what of a fleet is not as it should be';
  static override description =
    `Pipelines on an older version of their template than the newest beside them; pipelines that say sections which their template says, too; files that cannot be loaded; pipelines that are not deployed, or whose deployed version is not what the file says.
With --exit-code it ends with 10 when there is anything.`;
  static override examples = [
    '<%= config.bin %> fleet drift',
    '<%= config.bin %> fleet drift pipelines --files-only --exit-code',
  ];
  static override args = {
    folder: Args.string({ description: 'of pipeline files (default: ./pipelines, else this one)' }),
  };
  static override flags = {
    'files-only': Flags.boolean({ description: 'ask no server what is deployed' }),
    'exit-code': Flags.boolean({ description: 'end with 10 when there is drift' }),
    ...serverFlags,
  };

  async run(): Promise<{ pipelines: number; drift: Drift[] }> {
    const { args, flags } = await this.parse(FleetDrift);
    const fleet = await readFleet(args.folder);
    const files = fleet.files.filter(
      ({ plan }) => flags.team === undefined || plan === undefined || plan.team === flags.team,
    );
    const drift = driftOfFiles({ ...fleet, files });
    if (!flags['files-only']) {
      const clientOf = (team: string) => this.client({ ...flags, team });
      drift.push(...(await driftOfDeployed(files, this.client(flags), clientOf)));
    }
    drift.sort((a, b) => (a.pipeline === b.pipeline ? 0 : a.pipeline < b.pipeline ? -1 : 1));
    if (drift.length > 0) this.log(driftTable(drift));
    const about = new Set(drift.map(({ file }) => file)).size;
    this.say(`${files.length} pipelines: ${about} with drift`);
    if (flags['exit-code'] && drift.length > 0) process.exitCode = EXIT.checkFailed;
    return { pipelines: files.length, drift };
  }
}

function driftTable(drift: readonly Drift[]): string {
  return table(
    ['pipeline', 'team', 'drift', 'what', 'file'],
    drift.map(({ pipeline, team, kind, what, file }) => [
      ...[printable(pipeline), printable(team ?? '?'), kind, printable(what), printable(file)],
    ]),
  );
}
