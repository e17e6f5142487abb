import { expect, test } from 'vitest';
import { createSecretRegistry } from '../../../secrets/secret-registry.js';
import { declareValue } from './declare-value.js';

test('masks each line of a key, since logs are read by lines, but not the lines that all keys have', () => {
  const secrets = createSecretRegistry();
  declareValue(
    secrets,
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----',
  );
  expect(secrets.text('read hkiG9w0BAQEFAASC of it')).toBe('read *** of it');
  expect(secrets.text('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
});

test('masks what a program takes out of a secret that is JSON, but not where its server is', () => {
  const secrets = createSecretRegistry();
  declareValue(secrets, '{"host":"db.example.com","username":"county","password":"corr3ct h0rse"}');
  expect(secrets.text('county at db.example.com with corr3ct h0rse')).toBe(
    'county at db.example.com with ***',
  );
});

test('takes a secret that begins like JSON and is none', () => {
  const secrets = createSecretRegistry();
  declareValue(secrets, '{not json at all');
  expect(secrets.text('it is {not json at all')).toBe('it is ***');
});

test('masks the part of an address that only its owner knows, but not what all of its kind have', () => {
  const secrets = createSecretRegistry();
  declareValue(secrets, 'https://hooks.example.com/services/T01AB2CD3/x9Kd82hfnQ7pLw');
  expect(secrets.text('POST /services/T01AB2CD3/x9Kd82hfnQ7pLw: 404')).toBe(
    'POST /services/***/***: 404',
  );
});
