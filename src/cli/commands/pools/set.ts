import { Args } from '@oclif/core';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace pools set NAME SLOTS`. */
export default class PoolsSet extends MillraceCommand {
  static override summary = 'Size a pool; executions that wait begin as soon as there is room';
  static override args = {
    name: Args.string({ description: 'name of the pool', required: true }),
    slots: Args.integer({ description: 'how many slots it has', required: true, min: 1 }),
  };
  static override flags = { ...serverFlags };

  async run(): Promise<{ name: string; slots: number }> {
    const { args, flags } = await this.parse(PoolsSet);
    const { name, slots } = args;
    await this.client(flags).put(pathTo(PATHS.pool, { name }), { slots });
    this.log(`${name} has ${slots} ${slots === 1 ? 'slot' : 'slots'}`);
    return { name, slots };
  }
}
