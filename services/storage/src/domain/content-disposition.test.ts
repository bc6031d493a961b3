import { expect, test } from 'vitest';
import { attachmentNamed } from './content-disposition.ts';

test('a plain name is told twice', () => {
  expect(attachmentNamed('memory.dmp')).toBe(`attachment; filename="memory.dmp"; filename*=UTF-8''memory.dmp`);
});

test('no name can end the header or leave the quotes', () => {
  expect(attachmentNamed('a"\r\nx: "y\\ü(1).bin')).toBe(
    `attachment; filename="a___x: _y__(1).bin"; filename*=UTF-8''a%22%0D%0Ax%3A%20%22y%5C%C3%BC%281%29.bin`,
  );
});
