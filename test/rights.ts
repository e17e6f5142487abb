/**
 * What some tests need of the machine that no package gives: rights of the user who runs them, in a container often fewer
 * than root has elsewhere. Without them these tests are skipped, also under `MILLRACE_REQUIRE_ALL=1`, and say why in their
 * names.
 *
 * @example
 * const namespaces = right('namespaces');
 * describe.skipIf(namespaces.isMissing)(namespaces.title('a server in a container'), …);
 * @module
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Right = 'namespaces' | 'control groups' | 'other users';

/** The user of tasks in tests. */
export const NOBODY = 65_534;

const WITHOUT = 'not tried: no right to use ';

const PROBES: { [name in Right]: () => void } = {
  // Another process namespace, as a container has one, and a disk of its own.
  namespaces: () => {
    const flags = ['--mount', '--pid', '--fork', '--mount-proc'];
    run('unshare', [...flags, 'sh', '-c', 'd=$(mktemp -d) && mount -t tmpfs none "$d"']);
  },
  // A control group may be made below our own.
  'control groups': () => {
    const make =
      'for r in /sys/fs/cgroup /sys/fs/cgroup/unified; do [ -e $r/cgroup.controllers ] && d=$r$(sed -n s/^0:://p /proc/self/cgroup)/millrace-test-$$ && mkdir $d && rmdir $d && exit 0; done; exit 1';
    run('sh', ['-c', make]);
  },
  // Processes of `nobody`, who can read what they run.
  'other users': () => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error('not root');
    const program = fileURLToPath(new URL('../dist/server.js', import.meta.url));
    const read = `require('fs').readFileSync(${JSON.stringify(program)})`;
    run(process.execPath, ['-e', read], NOBODY);
  },
};

function run(program: string, args: readonly string[], user?: number): void {
  const as = user === undefined ? {} : { uid: user, gid: user };
  execFileSync(program, args, { stdio: 'ignore', timeout: 20_000, ...as });
}

/** Whether the right is missing, and what a test is called that needs it. */
export function right(name: Right): { isMissing: boolean; title(test: string): string } {
  let isMissing = false;
  try {
    PROBES[name]();
  } catch {
    isMissing = true;
  }
  return {
    isMissing,
    title: (test) => (isMissing ? `${test} (${WITHOUT}${name})` : test),
  };
}

/** True for the name of a test that was skipped because a right is missing. */
export function lacksRight(fullName: string): boolean {
  return fullName.includes(`(${WITHOUT}`);
}
