import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirement } from '../../../test/requirements.js';
import {
  type Authority,
  makeAuthority,
  type Pair,
  stamp,
} from '../../../test/support/certificates.js';
import { readPair } from './read-pair.js';
import { TlsFilesError } from './tls-files-error.js';

const { missing } = requirement('openssl');
const NOW = Date.now();

describe.skipIf(missing)(`a certificate and its key${missing ? ` (${missing})` : ''}`, () => {
  let folder: string;
  let authority: Authority;
  let pair: Pair;
  let other: Pair;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-pair-'));
    authority = makeAuthority(folder);
    pair = authority.sign('one', {
      names: ['DNS:Millrace.example', 'DNS:*.in.example', 'IP:127.0.0.1'],
    });
    other = authority.sign('other');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, content: string | Buffer, mode = 0o600): string {
    const path = join(folder, name);
    rmSync(path, { force: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }

  function refusal(files: Pair, now: number = NOW): string {
    try {
      readPair(files, now);
    } catch (error) {
      if (error instanceof TlsFilesError) {
        expect(`${error.message} ${error.fix}`).not.toMatch(/[{}]|undefined/);
        return error.problem;
      }
      throw error;
    }
    return 'none';
  }

  it('tells names, end and fingerprint of one that fits', () => {
    const found = readPair(pair, NOW);
    expect(found.names).toEqual(['millrace.example', '*.in.example', '127.0.0.1']);
    expect(found.expires).toBeGreaterThan(NOW + 364 * 86_400_000);
    expect(found.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    // Those of authorities may follow.
    const chain = file(
      'chain.crt',
      readFileSync(pair.cert, 'utf8') + readFileSync(authority.file, 'utf8'),
    );
    expect(readPair({ cert: chain, key: pair.key }, NOW).fingerprint).toBe(found.fingerprint);
    // A group may read the key: that is how several programs share one.
    expect(
      readPair({ ...pair, key: file('group.key', readFileSync(pair.key), 0o640) }, NOW),
    ).toBeTruthy();
  });

  const faults: readonly [what: string, expected: string, files: () => Pair][] = [
    ['no certificate is there', 'Missing', () => ({ ...pair, cert: join(folder, 'none') })],
    ['no key is there', 'Missing', () => ({ ...pair, key: join(folder, 'none') })],
    ['it is a folder', 'Unreadable', () => ({ ...pair, cert: folder })],
    ['it is a device', 'Unreadable', () => ({ ...pair, cert: '/dev/zero' })],
    [
      'it is too large',
      'Unreadable',
      () => ({ ...pair, cert: file('large', Buffer.alloc(1024 * 1024 + 1)) }),
    ],
    [
      'everybody may read the key',
      'OpenKey',
      () => ({ ...pair, key: file('open.key', readFileSync(pair.key), 0o644) }),
    ],
    [
      'everybody may write the key',
      'OpenKey',
      () => ({ ...pair, key: file('open.key', readFileSync(pair.key), 0o602) }),
    ],
    ['the certificate is empty', 'NoCertificate', () => ({ ...pair, cert: file('empty', '') })],
    [
      'the certificate is noise',
      'NoCertificate',
      () => ({ ...pair, cert: file('noise', Buffer.alloc(999, 7)) }),
    ],
    [
      'the certificate is cut off',
      'NoCertificate',
      () => ({ ...pair, cert: file('cut', readFileSync(pair.cert, 'utf8').slice(0, 300)) }),
    ],
    [
      'the key is the certificate',
      'NoKey',
      () => ({ ...pair, key: file('swapped.key', readFileSync(pair.cert)) }),
    ],
    ['the certificate is the key', 'NoCertificate', () => ({ cert: pair.key, key: pair.key })],
    ['the key is empty', 'NoKey', () => ({ ...pair, key: file('empty.key', '') })],
    ['the key is of another pair', 'Mismatch', () => ({ ...pair, key: other.key })],
    [
      'the certificate of an authority stands first',
      'Mismatch',
      () => ({
        ...pair,
        cert: file(
          'turned',
          readFileSync(authority.file, 'utf8') + readFileSync(pair.cert, 'utf8'),
        ),
      }),
    ],
    ['it has expired', 'Expired', () => authority.sign('old', { from: stamp(-9), to: stamp(-1) })],
    [
      'it is not good yet',
      'NotYet',
      () => authority.sign('early', { from: stamp(1), to: stamp(9) }),
    ],
  ];
  it.each(faults)('is refused when %s: %s', (_, expected, files) => {
    expect(refusal(files())).toBe(expected);
  });

  it('is refused when the key has a passphrase, or is too short to be safe', () => {
    const sealed = join(folder, 'sealed.key');
    execFileSync('openssl', [
      'pkey',
      '-aes256',
      '-passout',
      'pass:secret',
      '-in',
      pair.key,
      '-out',
      sealed,
    ]);
    chmodSync(sealed, 0o600);
    expect(refusal({ ...pair, key: sealed })).toBe('NoKey');
    const [key, cert] = [join(folder, 'weak.key'), join(folder, 'weak.crt')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:512',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '9',
        '-subj',
        '/CN=weak',
      ],
      { stdio: 'ignore' },
    );
    chmodSync(key, 0o600);
    // Made a moment ago, which may be after the tests began.
    expect(refusal({ cert, key }, Date.now() + 1_000)).toBe('Refused');
  });

  it('does not wait at a pipe that nobody writes to', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(refusal({ ...pair, key: pipe })).toBe('Unreadable');
  });

  it('is good until its last moment and not after', () => {
    const { expires } = readPair(pair, NOW);
    expect(refusal(pair, expires - 1)).toBe('none');
    expect(refusal(pair, expires)).toBe('Expired');
  });
});
