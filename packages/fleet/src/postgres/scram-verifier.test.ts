import { expect, test } from 'vitest';
import { scramVerifier } from './scram-verifier.ts';

test('the verifier is the one PostgreSQL makes', () => {
  // Of `create role … password 'secret'` with scram_iterations = 1, read from pg_authid of PostgreSQL 18.
  const stored =
    'SCRAM-SHA-256$1:HmzhfHPVkE7lISXQGMow6w==$3SfSo6bR/FNxztXsNs8MlH7Y+/iivCepO1eoIwxjIWY=:uO+RHsjo3uibUmThicB1FugeaepvUmMOoIcjnJKV3NA=';
  const salt = Buffer.from(/:([^$]+)\$/.exec(stored)?.[1] ?? '', 'base64');
  expect(scramVerifier('secret', salt)).toBe(stored);
});

test('a password that would have to be normalised is refused', () => {
  expect(() => scramVerifier('pässword')).toThrow('printable ASCII');
});
