import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { archiveLimits } from './archive-entry.ts';
import { packTar, packTarGz, packZip } from './archive.fixture.ts';
import { readRuleFiles } from './rule-files.ts';

const rule = { path: 'rules/é.yml', bytes: 'title: é' };
const readMe = { path: 'README.md', bytes: 'x'.repeat(5_000) };

const refusalsOf = (name: string, bytes: Uint8Array): readonly string[] =>
  readRuleFiles(name, bytes).refusals.map(({ file, reason }) => `${file}: ${reason}`);

test.each([
  ['a.zip', packZip([readMe, rule])],
  ['a.tar', packTar([readMe, rule])],
  ['a.tar.gz', packTarGz([readMe, rule])],
  ['a.yml', packZip([readMe, rule])],
])('%s gives its YAML files, whatever its name, and counts the others', (name, bytes) => {
  expect(readRuleFiles(name, bytes)).toEqual({
    files: [{ file: `${name}/rules/é.yml`, text: 'title: é' }],
    refusals: [],
    skipped: 1,
  });
});

test("a tar archive's long paths are read, of pax and of GNU", () => {
  const path = `${'long/'.repeat(30)}a.yml`;
  const record = ` path=${path}\n`;
  const pax = { path: 'pax', type: 'x', bytes: `${record.length + 3}${record}` };
  const gnu = { path: '././@LongLink', type: 'L', bytes: `${path}\0` };
  const { files } = readRuleFiles('a.tar', packTar([pax, { ...rule, path: 'a' }, gnu, { ...rule, path: 'a' }, rule]));
  expect(files.map(({ file }) => file)).toEqual([`a.tar/${path}`, `a.tar/${path}`, `a.tar/${rule.path}`]);
});

test('paths that lead elsewhere, links and devices are refused, and the rest is read', () => {
  const odd = ['../a.yml', '/etc/a.yml', String.raw`..\a.yml`, 'C:/a.yml', 'a/../../b.yml'];
  const files = odd.map((path) => ({ path, bytes: 'title: x' }));
  expect(refusalsOf('a.zip', packZip([...files, rule]))).toHaveLength(odd.length);
  expect(readRuleFiles('a.zip', packZip([...files, rule])).files).toHaveLength(1);
  const links = ['1', '2', '3', '6', 'Z'].map((type) => ({ path: `${type}.yml`, bytes: '', type }));
  expect(refusalsOf('a.tar', packTar([...links, ...files]))).toHaveLength(links.length + odd.length);
});

test('a bomb costs no more than the limits: it is refused', () => {
  const huge = gzipSync(Buffer.alloc(archiveLimits.unpackedBytes + 1));
  expect(huge.length).toBeLessThan(100_000);
  expect(refusalsOf('a.tar.gz', huge)).toEqual(['a.tar.gz: it is too large once unpacked']);
  const large = { path: 'a.yml', bytes: Buffer.alloc(archiveLimits.fileBytes + 1) };
  expect(refusalsOf('a.zip', packZip([large]))).toEqual(['a.zip/a.yml: it is too large']);
  expect(refusalsOf('a.zip', packZip([large], { unpackedBytes: 10 }))).toEqual([
    'a.zip/a.yml: it is larger than the archive says',
  ]);
  expect(refusalsOf('a.tar', packTar([large]))).toEqual(['a.tar/a.yml: it is too large']);
  const crowded = packZip([rule]);
  crowded.writeUInt16LE(archiveLimits.entries + 1, crowded.length - 12);
  expect(refusalsOf('a.zip', crowded)).toEqual(['a.zip: it holds more than 20000 files']);
  const header = packTar([{ path: 'a', bytes: '' }]).subarray(0, 512);
  const many = Buffer.alloc(512 * (archiveLimits.entries + 1), header);
  expect(refusalsOf('a.tar', many)).toEqual(['a.tar: it holds more than 20000 files']);
});

test('no file of a zip archive is unpacked further than the archive says, which its limits count', () => {
  const file = { path: 'a.yml', bytes: 'x'.repeat(5_000) };
  for (const unpackedBytes of [0, 1, 4_999]) {
    expect(refusalsOf('a.zip', packZip([file], { unpackedBytes }))).toEqual([
      'a.zip/a.yml: it is larger than the archive says',
    ]);
  }
  expect(refusalsOf('a.zip', packZip([file], { unpackedBytes: 5_001 }))).toEqual(['a.zip/a.yml: it is damaged']);
  expect(readRuleFiles('a.zip', packZip([file, { path: 'b.yml', bytes: '' }])).files).toHaveLength(2);
});

test.each([
  ['an encrypted file', packZip([rule], { flags: 1 }), 'it is encrypted'],
  ['another method', packZip([rule], { method: 14 }), 'it is packed by method 14, not by deflate'],
  ['a wrong checksum', packZip([rule], { crc: 1 }), 'it is damaged'],
  ['text that is not UTF-8', packZip([{ path: 'rules/é.yml', bytes: Buffer.from([0xff, 0xfe]) }]), 'it is not UTF-8'],
])('%s in a zip archive is refused by name', (_, bytes, reason) => {
  expect(refusalsOf('a.zip', bytes)).toEqual([`a.zip/rules/é.yml: ${reason}`]);
});

test('no cut and no changed byte of an archive throws', () => {
  for (const whole of [packZip([readMe, rule]), packTar([readMe, rule]), packTarGz([readMe, rule])]) {
    for (let at = 0; at < whole.length; at += 7) {
      expect(() => readRuleFiles('a.yml', whole.subarray(0, at))).not.toThrow();
      const changed = Buffer.from(whole);
      changed[at] = 0xff - (changed[at] ?? 0);
      expect(() => readRuleFiles('a.yml', changed)).not.toThrow();
    }
  }
});

test('what is no rule file by name or content is refused', () => {
  expect(refusalsOf('a.txt', Buffer.from('title: x'))).toEqual(['a.txt: it is neither .yml, .yaml, .zip nor .tar.gz']);
  expect(refusalsOf('a.yml', gzipSync('title: x'))).toEqual(['a.yml: it is gzip, but not of a tar archive']);
});
