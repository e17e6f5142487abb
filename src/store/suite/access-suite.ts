/**
 * Tokens, access keys and settings, and what a store says of itself.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { AccessKeyRecord, TokenRecord } from '../store.js';
import { AWKWARD, failure, GREATEST, type Stage } from './stage.js';

const token = (hash: string, more: Partial<TokenRecord> = {}): TokenRecord => ({
  hash,
  kind: 'api',
  label: AWKWARD,
  teams: ['*'],
  role: 'operator',
  createdAt: 1,
  ...more,
});

const key = (id: string, more: Partial<AccessKeyRecord> = {}): AccessKeyRecord => ({
  id,
  team: 'shop',
  role: 'operator',
  label: AWKWARD,
  secret: 'sealed',
  createdAt: 1,
  ...more,
});

export function accessSuite(stage: Stage): void {
  describe('tokens', () => {
    it('are as they were written, the oldest first', async () => {
      const late = token('a', { createdAt: GREATEST, expiresAt: GREATEST, teams: ['b', AWKWARD] });
      const early = token('c', { kind: 'session', teams: [], user: AWKWARD });
      const same = token('b');
      for (const one of [late, early, same]) await stage.store.insertToken(one);
      await stage.reopen();
      expect(await stage.store.listTokens()).toEqual([same, early, late]);
      expect(await stage.store.findToken('a')).toEqual(late);
      expect(await stage.store.findToken('d')).toBeUndefined();
    });

    it('are used up by exactly one caller', async () => {
      const { store } = stage;
      await store.insertToken(token('h', { kind: 'login', expiresAt: 10 }));
      const used = [store.deleteToken('h'), store.deleteToken('h'), store.deleteToken('h')];
      expect((await Promise.all(used)).filter(Boolean)).toHaveLength(1);
      expect(await store.findToken('h')).toBeUndefined();
    });

    it('that have run out are deleted, and no others', async () => {
      const { store } = stage;
      await store.insertToken(token('past', { expiresAt: 9 }));
      await store.insertToken(token('now', { expiresAt: 10 }));
      await store.insertToken(token('later', { expiresAt: 11 }));
      await store.insertToken(token('never'));
      await store.deleteExpiredTokens(10);
      expect((await store.listTokens()).map(({ hash }) => hash)).toEqual(['later', 'never']);
    });

    it('are written once', async () => {
      await stage.store.insertToken(token('h'));
      const again = async () => stage.store.insertToken(token('h', { role: 'admin' }));
      expect(await failure(again)).toMatchObject({ code: 'constraint' });
      expect((await stage.store.findToken('h'))?.role).toBe('operator');
    });
  });

  describe('access keys', () => {
    it('are as they were written, the oldest first, until they are deleted', async () => {
      const [late, early, same] = [key('a', { createdAt: GREATEST }), key('c'), key('b')];
      for (const one of [late, early, same]) await stage.store.insertAccessKey(one);
      await stage.reopen();
      const { store } = stage;
      expect(await store.listAccessKeys()).toEqual([same, early, late]);
      expect(await store.findAccessKey('a')).toEqual(late);
      expect(await store.deleteAccessKey('a')).toBe(true);
      expect(await store.deleteAccessKey('a')).toBe(false);
      expect(await store.findAccessKey('a')).toBeUndefined();
      const again = async () => store.insertAccessKey(key('b'));
      expect(await failure(again)).toMatchObject({ code: 'constraint' });
    });
  });

  describe('settings', () => {
    it('are kept, the last one that was written', async () => {
      const value = { b: [2, { text: AWKWARD, nul: '\u0000' }] };
      await stage.store.writeSetting('a', { b: [1] });
      await stage.store.writeSetting('a', value);
      await stage.store.writeSetting(AWKWARD, null);
      await stage.reopen();
      expect(await stage.store.readSetting('a')).toEqual(value);
      expect(await stage.store.readSetting(AWKWARD)).toBeNull();
      expect(await stage.store.readSetting('none')).toBeUndefined();
    });
  });

  describe('information', () => {
    it('says what and where the store is', async () => {
      const { driver, version, schema, location, damage } = stage.store.information();
      expect([driver, version, location].every((text) => text.length > 0)).toBe(true);
      expect(schema).toBeGreaterThanOrEqual(12);
      expect(damage).toBeUndefined();
    });
  });
}
