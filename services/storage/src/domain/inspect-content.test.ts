import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createContentProbe } from './content-probe.ts';
import { TAIL_BYTES } from './inspect-content.ts';

function find(content: Buffer | string, claimedType = 'application/octet-stream', pieceBytes = 100_000) {
  const probe = createContentProbe();
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += pieceBytes) probe.see(bytes.subarray(at, at + pieceBytes));
  return probe.find(claimedType);
}

/** A zip whose directory claims these sizes; what it holds is nothing. */
function zipClaiming(files: readonly { readonly packed: number; readonly unpacked: number }[]): Buffer {
  const entries = files.map(({ packed, unpacked }) => {
    const entry = Buffer.alloc(47);
    entry.writeUInt32LE(0x02_01_4b_50, 0);
    entry.writeUInt32LE(packed, 20);
    entry.writeUInt32LE(unpacked, 24);
    entry.writeUInt16LE(1, 28);
    return entry;
  });
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt32LE(entries.length * 47, 12);
  return Buffer.concat([Buffer.from('504b0304', 'hex'), ...entries, end]);
}

const emptyZip = zipClaiming([]).subarray(4);

test.each([
  ['MZ\x90\0', 'application/vnd.microsoft.portable-executable', ['executable']],
  ['\x7fELF\x02', 'application/x-elf', ['executable']],
  ['#!/bin/sh\nrm -rf /', 'text/x-shellscript', ['executable']],
  ['  <!doctype html><p>', 'text/html', ['active_content']],
  ['<svg onload="alert(1)">', 'image/svg+xml', ['active_content']],
  ['%PDF-1.7 /OpenAction << /JavaScript >>', 'application/pdf', ['active_content']],
  ['%PDF-1.7 plain', 'application/pdf', []],
  ['just words, ünd more', 'text/plain', []],
  ['\0\x01\x02', 'application/octet-stream', []],
])('%j is told by its bytes', (content, detectedType, warnings) => {
  const bytes = Buffer.from(content, /[ü]/.test(content) ? 'utf8' : 'latin1');
  expect(find(bytes)).toEqual({ detectedType, warnings });
});

test('a claim that the bytes do not bear out is a warning, and another name for the same is none', () => {
  expect(find('MZ\x90\0', 'image/png').warnings).toEqual(['executable', 'type_mismatch']);
  expect(find(Buffer.from('ffd8ffe0', 'hex'), 'image/jpeg').warnings).toEqual([]);
  const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  expect(find(Buffer.from('504b0304', 'hex'), docx).warnings).toEqual([]);
});

test.each([
  ['a picture with an archive at its end', Buffer.concat([Buffer.from('GIF89a'), emptyZip])],
  ['a program that is a PDF too', Buffer.from('MZ\x90\0 %PDF-1.4')],
  ['a picture that holds a script', Buffer.from('GIF89a/*<script>alert(1)</script>*/')],
])('%s is a polyglot', (_, content) => {
  expect(find(content).warnings).toContain('polyglot');
});

test('an archive that claims to unpack to far more than it is, or whose files lie over each other, is a bomb', () => {
  const huge = { packed: 1_000, unpacked: 4_000_000_000 };
  expect(find(zipClaiming([huge])).warnings).toEqual(['archive_bomb']);
  const overlapping = Array.from({ length: 250 }, () => ({ packed: 20_000_000, unpacked: 20_000_000 }));
  expect(find(zipClaiming(overlapping)).warnings).toEqual(['archive_bomb']);
  expect(find(zipClaiming([{ packed: 10, unpacked: 30 }])).warnings).toEqual([]);
  const gzip = gzipSync('small');
  gzip.writeUInt32LE(4_000_000_000, gzip.length - 4);
  expect(find(gzip).warnings).toEqual(['archive_bomb']);
  expect(find(gzipSync(Buffer.alloc(1_000_000))).warnings).toEqual([]);
});

test('what is hostile in its numbers ends the look at it, and no byte is unpacked', () => {
  const lying = zipClaiming([{ packed: 1, unpacked: 1 }]);
  lying.writeUInt32LE(0xff_ff_ff_ff, lying.length - 10);
  expect(() => find(lying)).not.toThrow();
  // Nothing but signatures: each is looked at once at most.
  const started = performance.now();
  find(Buffer.alloc(4_000_000, '504b0506', 'hex'));
  find(Buffer.alloc(4_000_000, '<!--'));
  expect(performance.now() - started).toBeLessThan(20_000);
});

test('the end is found however the content comes in pieces', () => {
  const content = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(TAIL_BYTES * 2 + 17, 'x'), emptyZip]);
  for (const pieceBytes of [997, 65_536, TAIL_BYTES, content.length]) {
    expect(find(content, 'image/gif', pieceBytes).warnings).toEqual(['polyglot']);
  }
});
