import { uuidv7 } from '@soc/contracts';
import { anything, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { Envelope, readEnvelope } from './envelope.ts';

const fitting = {
  specversion: '1.0',
  id: uuidv7(Date.now()),
  type: 'alert.created',
  dataschemaversion: 1,
  source: 'alert',
  time: new Date().toISOString(),
  tenantid: 'default',
  subject: 's',
  correlationid: 'c',
  causationid: 'd',
  traceparent: 't',
  targetservice: 'ai-service',
  sequence: '12',
  data: { some: 'data' },
};
const keys = [...Object.keys(fitting), 'unknown'];
const values = constantFrom<unknown>(null, '', '1.0', '1', '1234567890123456', ' 1', 0, 1.5, 1e300, true, [], {}, 'x');

test('an envelope that fits is read as the schema reads it, and what the schema refuses is not read', () => {
  expect(readEnvelope({ ...fitting, unknown: 1 })).toStrictEqual(fitting);
  const agree = (raw: unknown): void => {
    // Only JSON is ever read.
    const json: unknown = JSON.parse(JSON.stringify(raw) ?? 'null');
    const { data, success } = Envelope.safeParse(json);
    expect(readEnvelope(json)).toStrictEqual(success ? data : undefined);
  };
  for (const key of keys) agree({ ...fitting, [key]: undefined });
  assert(
    property(constantFrom(...keys), values, (key, value) => agree({ ...fitting, [key]: value })),
    { numRuns: 500 },
  );
  assert(property(anything(), agree), { numRuns: 100 });
});
