import { describe, expect, it } from 'vitest';
import { parseStixPattern } from './stix-pattern.ts';
import { valuesOfPattern } from './stix-values.ts';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const SHA1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function read(text: string) {
  const parsed = parseStixPattern(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  const { values, refusals } = valuesOfPattern(parsed.pattern);
  return { values: values.map(({ type, value }) => `${type} ${value}`), refusals };
}

describe('valuesOfPattern', () => {
  it.each([
    ["[ipv4-addr:value = '203.0.113.7']", ['ip 203.0.113.7']],
    ["[ipv4-addr:value = '203.0.113.7/32']", ['ip 203.0.113.7']],
    ["[ipv4-addr:value = '203.0.113.9/24']", ['cidr 203.0.113.0/24']],
    ["[ipv4-addr:value ISSUBSET '203.0.113.0/24']", ['cidr 203.0.113.0/24']],
    ["[ipv6-addr:value = '2001:DB8::1/128']", ['ip 2001:db8::1']],
    ["[domain-name:value = 'EVIL.example']", ['domain evil.example']],
    ["[url:value = 'https://Evil.example']", ['url https://evil.example/']],
    ["[email-addr:value = 'Mallory@Evil.example']", ['email mallory@evil.example']],
    [`[file:hashes.'SHA-256' = '${SHA256}']`, [`sha256 ${SHA256}`]],
    [`[file:hashes.MD5 = '${MD5.toUpperCase()}' OR file:hashes.'SHA-1' = '${SHA1}']`, [`md5 ${MD5}`, `sha1 ${SHA1}`]],
    ["[domain-name:value IN ('a.example', 'b.example')]", ['domain a.example', 'domain b.example']],
    ["[network-traffic:dst_ref.value = 'c2.example']", ['domain c2.example']],
    ["[ipv4-addr:value = '203.0.113.7'] OR [domain-name:value = 'a.example']", ['ip 203.0.113.7', 'domain a.example']],
  ])('takes the values of %j', (pattern, values) => {
    expect(read(pattern)).toEqual({ values, refusals: [] });
  });

  it('takes digests of one file that are joined by AND: each names the file alone', () => {
    expect(read(`[file:hashes.MD5 = '${MD5}' AND file:hashes.'SHA-256' = '${SHA256}']`).values).toHaveLength(2);
  });

  it.each([
    [
      "[ipv4-addr:value = '203.0.113.7' AND domain-name:value = 'a.example']",
      'AND: no part of it says something alone',
    ],
    [
      "[ipv4-addr:value = '203.0.113.7'] AND [domain-name:value = 'a.example']",
      'AND: no part of it says something alone',
    ],
    [`[file:hashes.MD5 = '${MD5}'] AND [file:hashes.MD5 = '${MD5}']`, 'AND: no part of it says something alone'],
    [
      "[ipv4-addr:value = '203.0.113.7'] FOLLOWEDBY [url:value = 'http://a.example/']",
      'FOLLOWEDBY: no part of it says something alone',
    ],
    ["[ipv4-addr:value = '203.0.113.7'] REPEATS 5 TIMES", 'REPEATS bounds it in time or number'],
    ["[domain-name:value LIKE '%.evil.example']", 'domain-name:value LIKE names no single value'],
    ["[domain-name:value != 'good.example']", 'domain-name:value != names no single value'],
    ["[domain-name:value NOT = 'good.example']", 'domain-name:value NOT = names no single value'],
    ["[domain-name:value ISSUBSET 'good.example']", 'domain-name:value ISSUBSET names no single value'],
    ["[file:name = 'evil.exe']", 'file:name is no observable that can be looked up'],
    ["[domain-name:value = 'two words.example']", '"two words.example" is no value of domain-name:value'],
  ])('refuses %j', (pattern, refusal) => {
    expect(read(pattern)).toEqual({ values: [], refusals: [refusal] });
  });

  it('keeps the readable alternatives beside one that is not', () => {
    expect(read("[file:name = 'x' OR domain-name:value = 'a.example']")).toEqual({
      values: ['domain a.example'],
      refusals: ['file:name is no observable that can be looked up'],
    });
  });
});
