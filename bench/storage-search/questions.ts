import { createHash } from 'node:crypto';

/** Questions of one kind; asked with a number each time, so that none is the one before. */
export interface Question {
  readonly name: string;
  readonly ask: (turn: number) => string;
}

const sha256 = (turn: number): string =>
  createHash('sha256')
    .update(`${turn * 9}`)
    .digest('hex');

/** What analysts ask, each of which an index answers: few hits and many, words and fields, alone and together. */
export const QUESTIONS: readonly Question[] = [
  { name: 'a word of many', ask: (turn) => ['brute', 'beacon', 'mimikatz', 'tunnelling'][turn % 4] ?? '' },
  { name: 'a phrase', ask: (turn) => ['"brute force"', '"command line"', '"scheduled task"'][turn % 3] ?? '' },
  { name: 'words together', ask: (turn) => `mimikatz rundll32.exe user${turn % 200}` },
  { name: 'one without another', ask: (turn) => `powershell -user${turn % 200}` },
  { name: 'one or another', ask: (turn) => `user${turn % 200} or ws-${turn % 50}` },
  { name: 'the beginning of a word', ask: (turn) => `kerberoast* ws-${turn % 50}` },
  { name: 'a hash', ask: (turn) => sha256(turn) },
  { name: 'a hash by its field', ask: (turn) => `hash:${sha256(turn)}` },
  { name: 'an address', ask: (turn) => `10.2.${turn % 256}.${(turn * 7) % 256}` },
  { name: 'an id', ask: (turn) => `id:0198f000-0001-7000-8000-${turn.toString(16).padStart(12, '0')}` },
  { name: 'a host', ask: (turn) => `host:web-${turn % 50}` },
  { name: 'a host, severe and open', ask: (turn) => `host:db-${turn % 50} severity:>=high -status:closed` },
  { name: 'hosts by pattern', ask: (turn) => `host:ws-${turn % 5}?.corp.*` },
  { name: 'a network', ask: (turn) => `ip:10.3.${turn % 256}.0/24` },
  { name: 'a user and a technique', ask: (turn) => `user:user${turn % 200} technique:T1059` },
  {
    name: 'somebody’s open alerts',
    ask: (turn) => `assignee:"${['ann smith', 'bob jones'][turn % 2]}" -status:closed`,
  },
  {
    name: 'an incident',
    ask: (turn) => `incident:0198f000-0002-7000-8000-${((turn % 5) * 8).toString(16).padStart(12, '0')}`,
  },
  { name: 'a score within a rule', ask: (turn) => `rule:R-${turn % 40} score:>80` },
  { name: 'the newest that are critical', ask: () => 'severity:critical status:new' },
  {
    name: 'all in parentheses',
    ask: (turn) => `(mimikatz or kerberoasting) and not (source:okta or tag:lab) host:ws-${turn % 50}`,
  },
  { name: 'nothing', ask: (turn) => `user${turn % 200} nothing-is-called-this` },
];
