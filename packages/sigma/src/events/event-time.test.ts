import { expect, it } from 'vitest';
import { parseEventTime } from './event-time.ts';

const at = Date.UTC(2024, 2, 5, 10, 20, 30);

it.each([
  ['2024-03-05T10:20:30Z', at],
  ['2024-03-05T10:20:30.123456789Z', at + 123],
  ['2024-03-05 10:20:30', at],
  ['2024-03-05 10:20:30.500000000', at + 500],
  ['2024-03-05T12:20:30+02:00', at],
  ['2024-03-05T04:20:30.000000-0600', at],
  ['05/Mar/2024:10:20:30 +0000', at],
  ['Tue, 05 Mar 2024 10:20:30 GMT', at],
  ['3/5/2024 10:20:30 AM', at],
  [at / 1000, at],
  [at / 1000 + 0.25, at + 250],
  [at, at],
  [at * 1000, at],
  [at * 1_000_000, at],
  [String(at), at],
  ['2024-03-05T10:20:30,5Z', at + 500],
  ['2024-03-05 12:20:30 +02', at],
  ['Tue Mar 05 2024 12:20:30 GMT+0200', at],
  ['Tue Mar  5 10:20:30 2024', at],
  ['3/5/2024, 10:20:30.250 AM', at + 250],
  ['2024/03/05 10:20:30', at],
  ['Mar 5, 2024 10:20:30', at],
  ['5Mar2024 10:20:30', at],
  ['2024-03-05 10:20:30 +0000 UTC', at],
  ['2024-03-05', at - (10 * 3600 + 20 * 60 + 30) * 1000],
  ['1709634030.123', at + 123],
])('%s is that moment, in UTC where it names no zone', (text, time) => {
  expect(parseEventTime(text)).toBe(time);
});

const noTimes = [
  undefined,
  null,
  '',
  'yesterday',
  'XXXXXXXXXX.XXXXXX',
  '2024-13-45T99:99:99Z',
  '2024-03-05T10:20:30+99:00',
  '03-05-2024',
  'Windows 10 2024',
  'Version 2024 10:20',
  '20240305102030',
  4688,
  -5,
  1e300,
  Number.NaN,
  true,
];

it.each(noTimes)('%s is no time', (value) => {
  expect(parseEventTime(value)).toBeUndefined();
});
