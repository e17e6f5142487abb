import { Args, Flags } from '@oclif/core';
import { MillraceCommand } from '../../base-command.js';
import { readFleet } from '../../fleet-files.js';
import { fleetTable, fleetUse, type TemplateUse, templateTable } from '../../fleet-text.js';

/** `millrace fleet show [FOLDER]`. */
export default class FleetShow extends MillraceCommand {
  static override summary = 'Show the templates of a folder, and which pipelines use them';
  static override description = 'Reads the files of the folder, without a server.';
  static override examples = [
    '<%= config.bin %> fleet show',
    '<%= config.bin %> fleet show pipelines --template standard-etl@1',
  ];
  static override args = {
    folder: Args.string({ description: 'of pipeline files (default: ./pipelines, else this one)' }),
  };
  static override flags = {
    template: Flags.string({
      description: 'only this one, with each of its pipelines in a line',
      helpValue: 'NAME@VERSION',
    }),
  };

  async run(): Promise<{ templates: TemplateUse[] }> {
    const { args, flags } = await this.parse(FleetShow);
    const templates = fleetUse(await readFleet(args.folder)).filter(
      ({ template }) => flags.template === undefined || template === flags.template,
    );
    if (templates.length === 0) this.say('There is no such template, and no pipeline uses one.');
    else this.log(flags.template === undefined ? fleetTable(templates) : templateTable(templates));
    return { templates };
  }
}
