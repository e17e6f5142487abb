import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  configFileIn,
  configSchema,
  configure,
  FLAG_SHAPES,
  loadConfig,
  PLACES,
  shownValue,
} from './config-file.js';
import { UP_FLAGS, type UpFlag } from './up-flags.js';

const NAMES = Object.keys(UP_FLAGS) as UpFlag[];

describe('the configuration file', () => {
  it('takes every flag under its name; paths lie beside the file', () => {
    for (const name of NAMES) {
      const { type, min, options } = FLAG_SHAPES[name];
      const value = type === 'boolean' ? true : (options?.[0] ?? (min === undefined ? 'x' : 1));
      const { config, problems } = loadConfig('/etc/millrace.yaml', `${name}: ${value}`);
      expect(problems, name).toEqual([]);
      const place = PLACES[name];
      const expected = place === undefined ? String(value) : `/etc/${value}`;
      expect(config?.values.get(name), name).toEqual([expected]);
    }
  });

  it('knows of every flag that names a file or folder that it does', () => {
    const named = NAMES.filter((name) =>
      /^(file|folder|data folder|environment file|mock configuration file|PEM file)|: a folder/.test(
        FLAG_SHAPES[name].description ?? '',
      ),
    );
    expect(Object.keys(PLACES).sort()).toEqual(named.sort());
  });

  it.each([
    ['portt: 1', /portt/, 1],
    ['data: a\nport: 99999', /port|65535/i, 2],
    ['port: "80"', /port|number/i, 1],
    ['aws: maybe', /aws|local/i, 1],
    ['accept-any-access-key: yes please', /boolean|true|false/i, 1],
    ['openlineage: "http://a:b@host"', /secrets do not belong/, 1],
    ['data: [1, 2]', /text|string/i, 1],
    ['- port', /mapping|fields|begin/i, 1],
  ])('says what is wrong and where: %s', (text, words, line) => {
    const { config, problems } = loadConfig('m.yaml', text);
    expect(config).toBeUndefined();
    expect(problems[0]).toMatchObject({ line, file: 'm.yaml' });
    expect(problems[0]?.message).toMatch(words);
  });

  it('has a JSON Schema, which is the one that is shipped; after a change run with -u', async () => {
    const current = `${JSON.stringify(configSchema(), null, 2)}\n`;
    const file = new URL('../../schema/config.json', import.meta.url).pathname;
    await expect(current).toMatchFileSnapshot(file);
  });

  it('is described in the guide: every flag stands there', () => {
    const file = new URL('../../docs/guides/configuration.md', import.meta.url);
    const guide = readFileSync(file, 'utf8');
    for (const name of NAMES) expect(guide, name).toContain(`| \`${name}\` |`);
  });
});

describe('where a value comes from', () => {
  const { config } = loadConfig(
    '/m.yaml',
    'port: 1\nhost: h\nretention: [1d, logs=2d]\naccept-any-access-key: true',
  );

  it('is a flag, then the environment, then the file, then the default', () => {
    const from = (argv: string[], env: { [name: string]: string } = {}) =>
      configure(argv, env, config);
    expect(from([]).argv).toEqual([
      ...['--port=1', '--host=h', '--accept-any-access-key'],
      ...['--retention=1d', '--retention=logs=2d'],
    ]);
    expect(from([]).origins.get('port')).toBe('file');
    expect(from([], { MILLRACE_PORT: '2' }).origins.get('port')).toBe('environment');
    expect(from([], { MILLRACE_PORT: '2' }).argv).not.toContain('--port=1');
    expect(from(['--port', '3'], { MILLRACE_PORT: '2' }).origins.get('port')).toBe('flag');
    expect(from(['--port=3']).argv.filter((word) => word.startsWith('--port'))).toEqual([
      '--port=3',
    ]);
    expect(from(['--no-accept-any-access-key']).argv).not.toContain('--accept-any-access-key');
    expect(from([]).origins.get('data')).toBe('default');
  });

  it('is found before the arguments are read', () => {
    expect(configFileIn(['--config', 'a'], {})).toBe('a');
    expect(configFileIn(['x', '--config=b'], { MILLRACE_CONFIG: 'c' })).toBe('b');
    expect(configFileIn([], { MILLRACE_CONFIG: 'c' })).toBe('c');
    expect(configFileIn(['--', '--config=b'], {})).toBeUndefined();
  });

  it.each([
    ['openlineage', 'http://a:b@host/x?key=y', 'http://***@host/x?***'],
    ['dead-man', 'https://hc.example.com/ping/0b5a', 'https://hc.example.com/***'],
    ['host', '127.0.0.1', '127.0.0.1'],
  ] as const)('is shown masked: %s %s', (name, value, shown) => {
    expect(shownValue(name, value)).toBe(shown);
  });
});
