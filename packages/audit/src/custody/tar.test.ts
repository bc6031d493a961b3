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

/** A file whose size a pax header says: the one of a file above 8 GiB, with another value of the same length in its record. */
function fileSized(size: string): Buffer {
  const header = tarHeader({ name: 'a', sizeBytes: 20 * 1024 ** 3, modifiedAt });
  const record = ` size=${size}\n`;
  const said = Buffer.from(`${record.length + 2}${record}`.padEnd(512, '\0'));
  return Buffer.concat([header.subarray(0, 512), said, header.subarray(1_024), TAR_END]);
}

test('a size that a pax header says in digits is the size', async () => {
  expect(await index(fileSized('0'))).toEqual({ files: [{ name: 'a', at: 1_536, sizeBytes: 0 }], damage: undefined });
});

test.each(['-1536', '-512', '', '0x200', '1e3', ' 512', '+512', '1.0'])(
  'a size of %j in a pax header is damage, told after a few reads and not read for ever',
  async (size) => {
    const bytes = fileSized(size);
    let reads = 0;
    const { files, damage } = await readTarIndex(bytes.length, (at, length) => {
      reads += 1;
      if (reads > 10) throw new Error('it reads in circles');
      return Promise.resolve(bytes.subarray(at, at + length));
    });
    expect([files, damage]).toEqual([[], 'what should be a header at byte 1024 is none']);
  },
);
