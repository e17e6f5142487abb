/**
 * Pipelines that do what the tests of the console want, when they want it: tasks wait for files.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Text that does harm where it is taken for markup. */
export const EVIL = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';

export interface TestPipelines {
  folder: string;
  /** Lets a task go on that waits for this word. */
  allow(word: string): void;
}

/** Writes the pipeline files into `root`. */
export function writePipelines(root: string): TestPipelines {
  const folder = join(root, 'pipelines');
  const words = join(root, 'words');
  mkdirSync(folder);
  mkdirSync(words);
  const until = (word: string): string =>
    `while [ ! -f '${join(words, word)}' ]; do sleep 0.02; done`;
  const files = {
    'slow.yaml': {
      pipeline: 'slow',
      team: 'tests',
      tags: { env: 'test' },
      input: { day: '2026-11-20' },
      definition: {
        StartAt: 'Count',
        States: {
          Count: shell(`echo line one; ${until('count')}; echo line two; echo '{"rows": 2}'`, {
            End: true,
          }),
        },
      },
    },
    'waiting.yaml': {
      pipeline: 'waiting',
      team: 'tests',
      trigger: {
        schedule: { cron: '0 3 ? * MON *', timezone: 'America/Los_Angeles' },
        executions: { allOf: [{ name: 'slow' }, { name: 'failing', status: ['FAILED'] }] },
        files: {
          under: 'incoming',
          arrivals: { path: '{interval}/{partner}.csv', partners: ['alder', 'birch', 'cedar'] },
        },
        events: [
          {
            pattern: { source: ['shop'], detail: { paid: [true] } },
            batch: { size: 5, window: '1h' },
          },
        ],
      },
      definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
    },
    'failing.yaml': {
      pipeline: 'failing',
      team: 'tests',
      definition: {
        StartAt: 'Prepare',
        States: {
          Prepare: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'Left', States: { Left: { Type: 'Pass', End: true } } },
              { StartAt: 'Right', States: { Right: { Type: 'Pass', End: true } } },
            ],
            OutputPath: '$[0]',
            Next: 'Each',
          },
          Each: {
            Type: 'Map',
            ItemProcessor: {
              StartAt: 'Item',
              States: { Item: { Type: 'Pass', End: true } },
            },
            Next: 'Publish',
          },
          Publish: shell(
            `i=0; while [ $i -lt 300 ]; do echo "row $i"; i=$((i+1)); done; ` +
              `if [ ! -f '${join(words, 'publish')}' ]; then ` +
              `echo '{"level":"error","message":"the table does not exist"}'; echo 'no table' >&2; exit 4; fi; ` +
              `i=0; while [ $i -lt 300 ]; do echo "again $i"; i=$((i+1)); done; echo '{"ok":true}'`,
            { Next: 'Done' },
          ),
          Done: { Type: 'Succeed' },
        },
      },
    },
    'evil.yaml': {
      pipeline: 'evil',
      team: 'tests',
      tags: { note: EVIL },
      definition: {
        StartAt: EVIL,
        States: {
          [EVIL]: {
            Type: 'Task',
            Resource: 'millrace:shell',
            Parameters: { command: ['echo', `\u001b[31m${EVIL}\u001b[0m`] },
            ResultPath: null,
            Next: 'Refuse',
          },
          Refuse: { Type: 'Fail', Error: EVIL, Cause: EVIL },
        },
      },
    },
    'broken.yaml': 'pipeline: broken\nsteps:\n  - greet:\n      shel: ["echo"]\n',
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : yamlOf(content));
  }
  return { folder, allow: (word) => writeFileSync(join(words, word), '') };
}

/** One line a section: JSON is YAML too. */
function yamlOf(content: { [section: string]: unknown }): string {
  return Object.entries(content)
    .map(([section, value]) => `${section}: ${JSON.stringify(value)}\n`)
    .join('');
}

function shell(script: string, rest: { [field: string]: unknown }): { [field: string]: unknown } {
  return {
    Type: 'Task',
    Resource: 'millrace:shell',
    Parameters: { command: ['sh', '-c', script] },
    ...rest,
  };
}
