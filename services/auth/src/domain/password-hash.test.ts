import { expect, test } from 'vitest';
import { costsTheSame, readPasswordHash, writePasswordHash } from './password-hash.ts';

const hash = { memoryKib: 65_536, passes: 3, lanes: 4, salt: Buffer.alloc(16, 1), tag: Buffer.alloc(32, 2) };

test('a hash is written as other implementations write it, and read back', () => {
  const text = writePasswordHash(hash);
  expect(text).toBe(
    '$argon2id$v=19$m=65536,t=3,p=4$AQEBAQEBAQEBAQEBAQEBAQ$AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI',
  );
  expect(readPasswordHash(text)).toEqual(hash);
});

test.each(['', 'plain', '$argon2i$v=19$m=65536,t=3,p=4$AQEBAQEBAQEBAQEBAQEBAQ$AgICAgICAgICAgICAgICAg', '$2b$10$abc'])(
  'the text %j is no hash of ours',
  (text) => {
    expect(() => readPasswordHash(text)).toThrow('not an Argon2id PHC string');
  },
);

test('any other cost is another cost', () => {
  expect(costsTheSame(hash, { memoryKib: 65_536, passes: 3, lanes: 4 })).toBe(true);
  for (const other of [{ memoryKib: 1 }, { passes: 1 }, { lanes: 1 }]) {
    expect(costsTheSame(hash, { ...hash, ...other })).toBe(false);
  }
});
