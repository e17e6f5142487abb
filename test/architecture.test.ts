import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

function sources(folder: string): { file: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('node_modules') && !file.includes('/dist/'))
    .map((file) => ({ file: file.slice(root.length + 1), text: readFileSync(file, 'utf8') }));
}

const product = sources('src').filter(({ file }) => !file.endsWith('.test.ts'));

/** Milliseconds that compilers get: on a machine that is busy they take long. */
const PATIENCE = 240_000;

describe('the rooms of src/', () => {
  it(
    'import each other only through the doors that .dependency-cruiser.cjs lists',
    () => {
      const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
      const output = execFileSync(
        process.execPath,
        [depcruise, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
        { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
      );
      const { summary, modules } = JSON.parse(output) as {
        summary: {
          violations: { rule: { name: string }; from: string; to: string }[];
          totalCruised: number;
        };
        modules: { source: string }[];
      };
      // A cruise that saw nothing finds nothing wrong, either.
      expect(summary.totalCruised).toBeGreaterThan(100);
      expect(modules.some(({ source }) => source === 'src/asl/advance.ts')).toBe(true);
      expect(
        summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
      ).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'keep time, chance and the machine out of the pure ones',
    () => {
      execFileSync(
        process.execPath,
        [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.pure.json'],
        { cwd: root },
      );
      const pure = product.filter(({ file }) =>
        /^src\/(asl|events|monitoring|datasets|search|api)\//.test(file),
      );
      expect(pure.length).toBeGreaterThan(20);
      const impure =
        /\b(Date\.now|new Date|Math\.random|setTimeout|setInterval|crypto\.|process\.)/;
      const found = pure.filter(({ text }) => impure.test(withoutComments(text)));
      expect(found.map(({ file }) => file)).toEqual([]);
    },
    PATIENCE,
  );

  it('reach the clock, chance and processes of the machine only through the ports of the engine', () => {
    const effects =
      /\b(Date\.now\(|Math\.random\(|setTimeout\(|setInterval\(|randomUUID\(|child_process)/;
    const adapters = /^src\/engine\/(adapters\/|pipeline-folder)/;
    const engine = product.filter(
      ({ file }) => file.startsWith('src/engine/') && !adapters.test(file),
    );
    const found = engine.filter(({ text }) => effects.test(withoutComments(text)));
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  it('are known to the host on Temporal by its own doors, and its workflows know only what decides', () => {
    const host = sources('temporal/src').flatMap(({ file, text }) =>
      [...text.matchAll(/ from '(?:\.\.\/)+src\/([^']+)';/g)].map(([, to = '']) => ({ file, to })),
    );
    expect(host.length).toBeGreaterThan(40);
    const deciding =
      /^(asl\/|engine\/kernel\/(resolve-task|child-outputs)\.js|pipelines\/(tasks|secret-reference)\.js)/;
    const acting =
      /^(asl|engine\/kernel|engine\/adapters|pipelines|connectors|secrets|store)\/|^cli\/(failure|exit-codes|read-input)\.js/;
    const others = host.filter(
      ({ file, to }) => !(file.includes('/workflows/') ? deciding : acting).test(to),
    );
    expect(others).toEqual([]);
  });

  it('never put another object in the place of the environment: what is set through the old one stays in the new one', () => {
    const found = [...sources('src'), ...sources('test')].filter(({ text }) =>
      /\bprocess\.env = /.test(withoutComments(text)),
    );
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  it('show the console nothing of themselves but the contract: its types, and its paths', () => {
    const imports = sources('web/src').flatMap(({ file, text }) =>
      [...text.matchAll(/^(import|export)( type)?\b[^;]*? from '([^']*\/src\/[^']*)';/gm)].map(
        ([, , type, from = '']) => ({ file, isType: type !== undefined, from }),
      ),
    );
    expect(imports.length).toBeGreaterThan(5);
    const others = imports.filter(
      ({ isType, from }) =>
        !/^(\.\.\/)+src\/api\/[\w-]+\.js$/.test(from) ||
        (!isType && !from.endsWith('/api/paths.js')),
    );
    expect(others).toEqual([]);
  });

  it('hold SQL nowhere but in store/ and in the migrations of the tables of kernel and features', () => {
    const sql = /\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b/;
    // SQL over the data of users is another thing: DuckDB reads it, and no store.
    const ofData =
      /^src\/(connectors\/(sql|dataset)\/|datasets\/contract-sql\.ts|pipelines\/contract-file\/odcs\/)/;
    const outside = product.filter(({ file }) => !/^src\/store\//.test(file) && !ofData.test(file));
    const migrations = /^( *)migrations: \[\n[\s\S]*?\n\1\],$/gm;
    const found = outside.filter(({ text }) =>
      sql.test(withoutComments(text).replace(migrations, '')),
    );
    expect(found.map(({ file }) => file)).toEqual([]);
  });
});

describe('every source file', () => {
  it('has at most 600 lines', () => {
    const long = [...sources('src'), ...sources('test'), ...sources('bench'), ...sources('web/src')]
      .map(({ file, text }) => ({ file, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > 600);
    expect(long).toEqual([]);
  });

  it('opens by saying what it is for', () => {
    // A command says it in its summary, where `--help` shows it.
    const silent = product.filter(
      ({ file, text }) => !file.startsWith('src/cli/commands/') && !text.startsWith('/**'),
    );
    expect(silent.map(({ file }) => file)).toEqual([]);
  });

  it('turns no text into code', () => {
    const code = /\beval\(|new Function\(|node:vm|vm\.runIn/;
    const found = product.filter(({ text }) => code.test(withoutComments(text)));
    expect(found.map(({ file }) => file)).toEqual([]);
  });

  it('starts processes with argument lists and never through a shell', () => {
    const found = product.filter(({ text }) =>
      /\bexec(Sync)?\(|shell: true/.test(withoutComments(text)),
    );
    const regular = /\.exec\(/;
    expect(found.filter(({ text }) => !regular.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
