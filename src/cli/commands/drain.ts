import { setTimeout as pause } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import colors from 'picocolors';
import {
  DRAIN_SECONDS,
  type Drain,
  type DrainAnswer,
  MOST_DRAIN_SECONDS,
} from '../../api/drain.js';
import { PATHS } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { secondsIn } from '../length-of-time.js';
import { time } from '../text.js';

/** Milliseconds between two looks at a server that is being drained. */
const LOOK_MS = 500;

interface Answer {
  drained: boolean;
  undone?: boolean;
  drain?: Drain;
}

/** `millrace drain`: takes no new work, lets what runs end, then stops the server. */
export default class DrainCommand extends MillraceCommand {
  static override summary = 'Let the server end what runs, take nothing new, and stop';
  static override description =
    'What would start executions is refused with 503 (MILL3470); what triggers and schedules create waits, and begins at the next start. ' +
    'When no attempt runs any more, or after --timeout, the server ends with 0. What still runs then is killed: its state’s Retry decides whether it runs again, as after a crash.';
  static override examples = [
    '<%= config.bin %> drain',
    '<%= config.bin %> drain --timeout 2h --detach',
    '<%= config.bin %> drain --undo',
  ];
  static override flags = {
    timeout: Flags.string({
      description: 'how long running attempts may go on; 0s kills them at once',
      default: `${DRAIN_SECONDS / 60}m`,
    }),
    undo: Flags.boolean({
      description: 'take work again: what has waited begins',
      exclusive: ['detach'],
    }),
    detach: Flags.boolean({ description: 'do not wait until the server has stopped' }),
    server: serverFlags.server,
    data: serverFlags.data,
  };

  async run(): Promise<Answer> {
    const { flags } = await this.parse(DrainCommand);
    const client = this.client(flags);
    if (flags.undo) {
      const { draining } = await client.get<DrainAnswer>(PATHS.drain);
      if (draining) await client.delete(PATHS.drain);
      this.log(
        draining
          ? `${colors.green('undone')} it takes work again`
          : 'Nothing was drained: it takes work.',
      );
      return { drained: false, undone: draining };
    }
    const timeoutSeconds = secondsIn(flags.timeout, MOST_DRAIN_SECONDS);
    const { drain } = await client.post<DrainAnswer>(PATHS.drain, { timeoutSeconds });
    if (drain === undefined) throw new Error('a drain that has begun was not told');
    if (flags.detach) {
      this.log(
        `${colors.yellow('draining')} ${attempts(drain)}; it stops at ${time(drain.until)} at the latest`,
      );
      return { drained: false, drain };
    }
    await this.#wait(client, drain);
    this.log(`${colors.green('drained')} the server has stopped`);
    return { drained: true, drain };
  }

  /** Returns when nobody answers any more. */
  async #wait(client: ReturnType<MillraceCommand['client']>, begun: Drain): Promise<void> {
    let told = -1;
    for (let drain: Drain | undefined = begun; ; ) {
      if (drain === undefined) {
        throw new CommandFailure('Somebody has undone it: the server takes work again.', {
          exitCode: EXIT.conflict,
          code: 'MILL5775',
          fix: 'Ask who works with this server, then drain it again.',
        });
      }
      if (drain.running !== told) {
        this.say(colors.dim(`${attempts(drain)}, until ${time(drain.until)} at the latest`));
      }
      told = drain.running;
      await pause(LOOK_MS);
      try {
        ({ drain } = await client.get<DrainAnswer>(PATHS.drain));
      } catch (error) {
        if (isEnding(error)) return;
        throw error;
      }
    }
  }
}

/** Nobody listens any more, or the server says that it closes: its last second is not waited for. */
function isEnding(error: unknown): boolean {
  if (!(error instanceof CommandFailure)) return false;
  return error.exitCode === EXIT.unreachable || error.code === 'MILL3017';
}

function attempts({ running }: Drain): string {
  return running === 1 ? '1 attempt runs' : `${running} attempts run`;
}
