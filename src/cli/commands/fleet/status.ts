import { Args } from '@oclif/core';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { driftOfDeployed, driftOfFiles } from '../../fleet-drift.js';
import { readFleet } from '../../fleet-files.js';
import { fleetStatus, statusText, type TemplateStatus } from '../../fleet-status.js';
import { triedCanaries } from '../../fleet-verdict.js';

/** `millrace fleet status [FOLDER]`. */
export default class FleetStatus extends MillraceCommand {
  static override summary =
    'Show how far a fleet is: who follows which template, what canaries say';
  static override description =
    'For each template of the folder: how many pipelines use it, how many of them have drift (see millrace fleet drift), and what came of the pipelines that try it: the newest challenge of each, among the newest 200 of the fleet.';
  static override examples = [
    '<%= config.bin %> fleet status',
    '<%= config.bin %> fleet status pipelines --json',
  ];
  static override args = {
    folder: Args.string({ description: 'of pipeline files (default: ./pipelines, else this one)' }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ pipelines: number; templates: TemplateStatus[] }> {
    const { args, flags } = await this.parse(FleetStatus);
    const read = await readFleet(args.folder);
    const files = read.files.filter(
      ({ plan }) => flags.team === undefined || plan === undefined || plan.team === flags.team,
    );
    const fleet = { ...read, files };
    const client = this.client(flags);
    const clientOf = (team: string) => this.client({ ...flags, team });
    const drift = [...driftOfFiles(fleet), ...(await driftOfDeployed(files, client, clientOf))];
    const canaries = await triedCanaries(fleet, client, clientOf);
    const templates = fleetStatus(fleet, drift, canaries);
    if (templates.length === 0) this.say('There is no template, and no pipeline uses one.');
    else this.log(statusText(templates));
    for (const { template, newest, pipelines } of templates) {
      const next = templates.find((one) => one.template === newest);
      if (next === undefined || pipelines === 0 || next.canaries.length === 0) continue;
      if (next.canaries.some(({ verdict }) => verdict !== 'won')) continue;
      this.say(`All canaries of ${newest} have won: millrace fleet promote ${template} ${newest}`);
    }
    return { pipelines: files.length, templates };
  }
}
