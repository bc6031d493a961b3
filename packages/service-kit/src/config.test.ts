import { expect, test } from 'vitest';
import { z } from 'zod';
import { BaseConfig, DatabaseConfig, parseConfig } from './config.ts';

const env = { PORT: '8002', REDIS_URL: 'redis://127.0.0.1:6379', AUTH_JWKS_URL: 'http://127.0.0.1:8001/jwks' };

test('defaults fill what is absent or empty', () => {
  expect(parseConfig(BaseConfig, { ...env, LOG_LEVEL: '' })).toMatchObject({
    PORT: 8002,
    LOG_LEVEL: 'info',
    REDIS_PREFIX: 'soc',
  });
});

test('every bad variable is named, and no value is shown', () => {
  const schema = BaseConfig.extend({ API_SECRET: z.string().min(32) });
  const read = () => parseConfig(schema, { ...env, PORT: 'eighty', REDIS_URL: undefined, API_SECRET: 'hunter2' });
  expect(read).toThrow(/PORT: .*REDIS_URL: .*API_SECRET: /);
  expect(read).not.toThrow(/hunter2/);
});

test.each([
  [{ REDIS_URL: 'redis+sentinel://:hunter2@a:26379' }, /REDIS_URL: needs the name of the master/],
  [{ REDIS_CA_FILE: '/nonexistent/ca.pem' }, /REDIS_CA_FILE: file cannot be read: ENOENT/],
])('what makes it impossible to reach redis is named', (given, complaint) => {
  const read = () => parseConfig(BaseConfig, { ...env, ...given });
  expect(read).toThrow(complaint);
  expect(read).not.toThrow(/hunter2/);
});

const database = {
  GATEWAY_JWKS_URL: 'http://127.0.0.1:8000/jwks',
  DATABASE_URL: 'postgres://p/soc',
  CONSISTENCY_TOKEN_KEY: Buffer.alloc(32).toString('base64'),
  BUS_KEY_RING_FILE: '/keys.json',
};

test('a key of consistency tokens that is too short is refused without being shown', () => {
  const read = () => parseConfig(DatabaseConfig, { ...database, CONSISTENCY_TOKEN_KEY: 'aHVudGVyMg==' });
  expect(read).toThrow(/CONSISTENCY_TOKEN_KEY: needs base64/);
  expect(read).not.toThrow(/aHVudGVyMg/);
});

test('replicas are a comma-separated list', () => {
  const DATABASE_REPLICA_URLS = 'postgres://a/soc, postgres://b/soc,';
  const config = parseConfig(DatabaseConfig, { ...database, DATABASE_REPLICA_URLS });
  expect(config.DATABASE_REPLICA_URLS).toEqual(['postgres://a/soc', 'postgres://b/soc']);
});
