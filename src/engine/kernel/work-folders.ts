/**
 * Where the files of executions lie:
 *
 *     work/TEAM/EXECUTION/     files of one execution; all that the tasks of a machine made over an API can name
 *     work/EXECUTION/          the same, of an execution from before teams had folders
 *     work/.buckets/TEAM/      buckets that a team's machines made over an API find on this machine
 *     work/.map-runs/RUN/      what the server keeps of a map run; no task can name it
 *
 * Names of teams begin with a letter or digit, so none is `.`, `..` or one of the folders with a dot.
 * @module
 */
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Says that nothing lies where an earlier Millrace kept it. */
const SETTLED = '.settled';
const MAP_RUNS = '.map-runs';
const BUCKETS = '.buckets';

const EXECUTION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Finds the folders. One for an engine: what lies where an earlier Millrace kept it is looked up once. */
export class WorkFolders {
  /** The folder of all executions. */
  readonly root: string;
  readonly #earlier: ReadonlySet<string>;

  /** @param root the folder of all executions; it need not exist */
  constructor(root: string) {
    this.root = root;
    this.#earlier = earlierFolders(root);
  }

  /** The folder of an execution. */
  of(team: string, execution: string): string {
    return this.#earlier.has(execution)
      ? join(this.root, execution)
      : join(this.root, folderOfTeam(team), execution);
  }

  /** What an attempt gets as `folder` and `workFolder`. @param bound the folder of the binding that performs it */
  forAttempt(
    { team, folder, isOverApi }: { team: string; folder: string; isOverApi: boolean },
    execution: string,
    bound: string | undefined,
  ): { folder: string; workFolder: string } {
    const workFolder = this.of(team, execution);
    // A machine that was made over an API has no files but those of the execution.
    return { folder: bound ?? (isOverApi ? workFolder : folder), workFolder };
  }

  /** Where a team's machines that were made over an API find buckets. */
  bucketsOf(team: string): string {
    return join(this.root, BUCKETS, encodeURIComponent(team));
  }

  /** Where the server keeps what a map run reads and writes. @param run its id */
  spoolOf(run: string): string {
    return join(this.root, MAP_RUNS, run);
  }
}

function earlierFolders(root: string): ReadonlySet<string> {
  if (!existsSync(root)) return new Set();
  return new Set(readdirSync(root).filter((name) => EXECUTION_ID.test(name)));
}

/** A team that is named like an execution must not have that execution's folder. */
function folderOfTeam(team: string): string {
  return EXECUTION_ID.test(team) ? `team-${team}` : team;
}

/**
 * Moves what an earlier Millrace kept elsewhere. To be called before anything runs, once for each data folder; later calls
 * do nothing.
 */
export function settleWorkFolder(root: string): void {
  mkdirSync(join(root, MAP_RUNS), { recursive: true, mode: 0o700 });
  const settled = join(root, SETTLED);
  if (existsSync(settled)) return;
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || !EXECUTION_ID.test(entry.name)) continue;
    const runs = join(root, entry.name, '.millrace', 'map-runs');
    if (!existsSync(runs)) continue;
    for (const run of readdirSync(runs)) {
      const spool = join(root, MAP_RUNS, run);
      if (!existsSync(spool)) renameSync(join(runs, run), spool);
    }
  }
  writeFileSync(settled, '');
}
