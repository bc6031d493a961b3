import { parseJson } from '@soc/service-kit';
import { readPayload } from './domain/normalise/read-payload.ts';
import { createSources } from './sources.ts';

/** When the records of tests arrive: after everything they tell. */
export const receivedAt = new Date('2027-01-01T00:00:00.000Z');

export const sources = createSources();

/** Reads a payload as its webhook does. */
export function readSource(source: string, body: string) {
  const mapping = sources.find(source);
  if (!mapping) throw new Error(`no source ${source}`);
  return readPayload(source, mapping, body, { receivedAt, parseJson, offsetMinutes: 0 });
}
