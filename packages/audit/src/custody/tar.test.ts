import { expect, test } from 'vitest';
import { TAR_END, tarHeader, tarPadding } from './tar-header.ts';
import { readTarIndex } from './tar-index.ts';

const modifiedAt = new Date('2026-03-01T10:00:00Z');
const file = (name: string, content: Buffer): Buffer =>
  Buffer.concat([tarHeader({ name, sizeBytes: content.length, modifiedAt }), content, tarPadding(content.length)]);
const index = (archive: Buffer, sizeBytes = archive.length) =>
  readTarIndex(sizeBytes, (at, length) => Promise.resolve(archive.subarray(at, at + length)));

const archive = Buffer.concat([
  file('manifest.json', Buffer.from('{}')),
  file('objects/a/content', Buffer.alloc(513, 7)),
  TAR_END,
]);

test('files are found where they are', async () => {
  const { files, damage } = await index(archive);
  expect(damage).toBeUndefined();
  expect(files.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
    ['manifest.json', 2],
    ['objects/a/content', 513],
  ]);
  expect(files.map(({ at, sizeBytes }) => archive.subarray(at, at + sizeBytes))).toEqual([
    Buffer.from('{}'),
    Buffer.alloc(513, 7),
  ]);
});

test('a file above 8 GiB has its size', async () => {
  const sizeBytes = 20 * 1024 ** 3;
  const header = tarHeader({ name: 'objects/a/content', sizeBytes, modifiedAt });
  const read = (at: number, length: number) =>
    Promise.resolve(at < header.length ? header.subarray(at, at + length) : Buffer.alloc(length));
  const { files, damage } = await readTarIndex(header.length + sizeBytes + 1024, read);
  expect([files, damage]).toEqual([[{ name: 'objects/a/content', at: header.length, sizeBytes }], undefined]);
});

test.each([
  ['cut in a content', archive.subarray(0, 2_000), 'it ends in the middle of objects/a/content'],
  ['cut between files', archive.subarray(0, 1_024), 'its end is missing'],
  ['no header', Buffer.concat([file('a', Buffer.alloc(1)), Buffer.alloc(512, 1)]), 'at byte 1024 is none'],
  ['a file twice', Buffer.concat([file('a', Buffer.alloc(1)), file('./a', Buffer.alloc(1))]), 'a is in it twice'],
])('an archive that breaks says where: %s', async (_, broken, sentence) => {
  expect((await index(broken)).damage).toContain(sentence);
});
