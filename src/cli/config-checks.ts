/**
 * `doctor --config`: what a configuration names, line by line.
 * @module
 */
import { accessSync, constants, statSync } from 'node:fs';
import { type ConfigFile, openConfig, PLACES } from './config-file.js';
import { CommandFailure } from './failure.js';
import type { Check } from './task-rights.js';
import type { UpFlag } from './up-flags.js';

/** Flags whose values are addresses. */
const ADDRESSES: readonly UpFlag[] = [
  'public-url',
  'dead-man',
  'otlp-traces',
  'openlineage',
  'oidc-issuer',
];
/** Files with secrets: nobody else may read them. */
const SECRET: readonly UpFlag[] = ['secrets-env', 'tls-key'];

/**
 * Checks a configuration; what is wrong with the file itself is one line.
 * @returns with the file, when it can be read
 */
export function checkConfig(file: string): { checks: Check[]; config?: ConfigFile } {
  let config: ConfigFile;
  try {
    config = openConfig(file);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const { message, fix } = error;
    const found = message;
    const check: Check = { name: 'configuration', verdict: 'fail', found };
    return { checks: [fix === undefined ? check : { ...check, fix }] };
  }
  const found = `${file}: ${config.values.size} values`;
  const checks: Check[] = [{ name: 'configuration', verdict: 'ok', found }, ...mayChange(file)];
  for (const [name, values] of config.values) {
    for (const value of values) checks.push(...checksOf(name, value));
  }
  if (config.folder !== undefined) checks.push(...readable('folder', config.folder));
  return { checks, config };
}

/** Who may change the file decides what the server does. */
function mayChange(file: string): Check[] {
  if ((statSync(file).mode & 0o022) === 0) return [];
  const name = 'configuration';
  return [
    {
      ...{ name, verdict: 'warn', found: `${file} can be changed by others` },
      fix: `Close it: chmod go-w ${file}`,
    },
  ];
}

function checksOf(name: UpFlag, value: string): Check[] {
  if (ADDRESSES.includes(name)) {
    return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
      ? []
      : [
          {
            ...{ name, verdict: 'fail', found: `'${value}' is no address` },
            fix: 'Write an address that begins with http:// or https://.',
          },
        ];
  }
  switch (PLACES[name]) {
    case 'file':
      return [...readable(name, value), ...closed(name, value)];
    case 'team=file': {
      const file = value.slice(value.indexOf('=') + 1);
      return [...readable(name, file), ...closed(name, file)];
    }
    case 'folder':
      // The data folder is looked at by itself, and made where there is none.
      return name === 'data' ? [] : readable(name, value);
    default:
      return [];
  }
}

function readable(name: string, path: string): Check[] {
  try {
    accessSync(path, constants.R_OK);
    return [{ name, verdict: 'ok', found: path }];
  } catch {
    return [
      {
        ...{ name, verdict: 'fail', found: `${path} is not there, or may not be read` },
        fix: 'Paths in the file are those from its own folder. Correct it, or give the server read access.',
      },
    ];
  }
}

function closed(name: UpFlag, path: string): Check[] {
  if (!SECRET.includes(name)) return [];
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o044) === 0) return [];
  return [
    {
      ...{ name, verdict: 'warn', found: `${path} holds secrets and can be read by others` },
      fix: `Close it: chmod 600 ${path}`,
    },
  ];
}
