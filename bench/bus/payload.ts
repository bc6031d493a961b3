import { exampleAlert } from '@soc/fleet/testing';
import type { BenchPayload } from './contender.ts';

const SIZE_BYTES = 1_024;
const SEPARATOR = '|';

const alert = exampleAlert({ description: '' });
const emptyBytes = Buffer.byteLength(JSON.stringify({ alert }));

/** Milliseconds of the clock that all processes of a machine share. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A new alert of 1 KB as JSON that carries its number and when it was sent. */
export function payloadOf(index: number, sentAtMs: number): BenchPayload {
  const mark = `${index}${SEPARATOR}${sentAtMs.toFixed(3)}${SEPARATOR}`;
  return { alert: { ...alert, description: mark.padEnd(SIZE_BYTES - emptyBytes, 'x') } };
}

export function readPayload(payload: BenchPayload): { readonly index: number; readonly sentAtMs: number } {
  const [index, sentAtMs] = (payload.alert.description ?? '').split(SEPARATOR, 2);
  return { index: Number(index), sentAtMs: Number(sentAtMs) };
}
