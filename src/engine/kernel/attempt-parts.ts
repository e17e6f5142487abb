/**
 * What attempts (attempts.ts) are made with.
 * @module
 */
import type { Store } from '../../store/store.js';
import type { CapturedOutput } from './captured-output.js';
import type { CodeRules } from './code-grants.js';
import type { EngineTime } from './engine-time.js';
import type { Executions } from './executions.js';
import type { Hooks } from './hooks.js';
import type { Intake } from './intake.js';
import type { Clock, Random, Runner } from './ports.js';
import type { TurnLoop } from './turn-loop.js';
import type { WorkFolders } from './work-folders.js';

export interface AttemptParts {
  readonly store: Pick<Store, 'findAttemptByToken' | 'listAttempts'>;
  readonly clock: Clock;
  readonly time: EngineTime;
  readonly random: Random;
  readonly runner: Runner;
  readonly loop: TurnLoop;
  readonly executions: Executions;
  readonly output: CapturedOutput;
  readonly folders: WorkFolders;
  readonly codeRules: CodeRules;
  readonly hooks: Hooks;
  readonly intake: Intake;
  /** Names this instance of the engine: the owner of the attempts that it starts. */
  readonly owner: string;
}
