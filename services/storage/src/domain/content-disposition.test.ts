import { expect, test } from 'vitest';
import { attachmentNamed } from './content-disposition.ts';

test('a plain name is told twice', () => {
  expect(attachmentNamed('memory.dmp')).toBe(`attachment; filename="memory.dmp"; filename*=UTF-8''memory.dmp`);
});

test('no name can end the header or leave the quotes', () => {
  expect(attachmentNamed('a"\r\nx: "y\\ü(1).bin')).toBe(
    `attachment; filename="a___x: _y__(1).bin"; filename*=UTF-8''a%22__x%3A%20%22y_%C3%BC%281%29.bin`,
  );
});

test('no name leads to a folder, or reads as what it is not', () => {
  expect(attachmentNamed('../../etc/passwd')).toBe(
    `attachment; filename="__.._etc_passwd"; filename*=UTF-8''__.._etc_passwd`,
  );
  expect(attachmentNamed('..\\..\\autorun.inf')).not.toMatch(/[\\/]/);
  expect(attachmentNamed('photo\u202egpj.exe')).toContain('photo_gpj.exe');
});
