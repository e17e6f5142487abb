import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import { MillraceCommand } from '../base-command.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';

/** `millrace init`: makes a project with one pipeline that runs. */
export default class Init extends MillraceCommand {
  static override summary = 'Make a project with one pipeline that runs';
  static override examples = ['<%= config.bin %> init my-pipelines'];
  static override args = { folder: Args.string({ description: 'folder to make', default: '.' }) };
  static override flags = {
    force: Flags.boolean({
      description: 'write into a folder that is not empty; existing files stay as they are',
    }),
  };

  async run(): Promise<{ folder: string; files: string[] }> {
    const { args, flags } = await this.parse(Init);
    const folder = resolve(args.folder);
    if (existsSync(folder) && readdirSync(folder).length > 0 && !flags.force) {
      throw new CommandFailure(`${folder} is not empty.`, {
        exitCode: EXIT.conflict,
        code: 'MILL5011',
        fix: 'Name a new folder, or add to this one with --force: existing files stay as they are.',
      });
    }
    const written: string[] = [];
    for (const [name, text] of Object.entries(projectFiles(folder))) {
      const file = join(folder, name);
      if (existsSync(file)) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      written.push(name);
      this.say(`${colors.green('wrote')} ${name}`);
    }
    const there = relative(process.cwd(), folder);
    this.say(`\nNow:${there === '' ? '' : ` cd ${there} &&`} millrace up`);
    this.say('and in another terminal: millrace run hello --wait');
    return { folder, files: written };
  }
}

function projectFiles(folder: string): { [name: string]: string } {
  // A relative path keeps working when the project moves together with its node_modules, and needs no network.
  const schema = relative(
    join(folder, 'pipelines'),
    fileURLToPath(new URL('../../../schema/pipeline.json', import.meta.url)),
  );
  return {
    'pipelines/hello.yaml': `# yaml-language-server: $schema=${schema}
pipeline: hello
team: ${
      basename(folder)
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]/g, '-') || 'default'
    }
tags: { example: "yes" }
input: { name: world }
steps:
  - extract:
      shell: ["node", "extract.mjs"]
      retry: { interval: 2s, max: 3, backoff: 1.5 }
  - summarise:
      # A key that ends in .$ takes its value from the data: the input, and every result under its step's name.
      sql: { file: summarise.sql, parameters: { file.$: $.extract.file } }
`,
    'pipelines/extract.mjs': `// A step reads its input as JSON from standard input. What it prints is its log;
// what it writes as JSON to $MILLRACE_OUTPUT is its output.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { name } = JSON.parse(readFileSync(process.stdin.fd, 'utf8'));
const file = join(process.env.MILLRACE_WORK_FOLDER, 'greetings.csv');
writeFileSync(file, ['who,times', \`\${name},3\`, 'everybody,1', ''].join('\\n'));
console.log(\`wrote \${file}\`);
writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ file, rows: 2 }));
`,
    'pipelines/summarise.sql': `-- $file is a parameter, see hello.yaml. The rows of the last SELECT are the result.
SELECT who, times, sum(times) OVER () AS total
FROM read_csv($file)
ORDER BY times DESC;
`,
    '.gitignore': '.millrace/\nnode_modules/\n',
    '.vscode/settings.json': `${JSON.stringify({ 'yaml.schemas': { [relative(folder, fileURLToPath(new URL('../../../schema/pipeline.json', import.meta.url)))]: 'pipelines/*.yaml' } }, null, 2)}\n`,
  };
}
