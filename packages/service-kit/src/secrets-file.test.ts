import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withSecretsFile } from './secrets-file.ts';

function secretsFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'soc-secrets-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'alert.env');
  writeFileSync(file, text);
  return file;
}

test('variables come from the file where the environment has none, or an empty one', () => {
  const file = secretsFile(
    'REDIS_URL=rediss://soc_alert:a-b_c@redis:6379\nLOG_LEVEL=debug\nDATABASE_URL=postgres://u:p@pg:5432/soc?sslmode=verify-full\n',
  );
  const env = withSecretsFile({ SOC_SECRETS_FILE: file, LOG_LEVEL: 'warn', REDIS_URL: '', PORT: '8002' });
  expect(env).toMatchObject({
    LOG_LEVEL: 'warn',
    PORT: '8002',
    REDIS_URL: 'rediss://soc_alert:a-b_c@redis:6379',
    DATABASE_URL: 'postgres://u:p@pg:5432/soc?sslmode=verify-full',
  });
});

test('without a file the environment is as it was', () => {
  expect(withSecretsFile({ PORT: '8002' })).toEqual({ PORT: '8002' });
});

test('a file that is not there stops the start by name', () => {
  expect(() => withSecretsFile({ SOC_SECRETS_FILE: '/nonexistent/alert.env' })).toThrow(
    'SOC_SECRETS_FILE: file cannot be read: ENOENT',
  );
});
