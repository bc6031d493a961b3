import { randomBytes } from 'node:crypto';
import { sharedServer } from '../shared-server.ts';
import { INFLUXDB_USER } from './start-influxdb.ts';

/** A bucket of its own on the InfluxDB that all tests of a run share. */
export interface SharedInfluxdb {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  /** Of the form `database/retention policy`, as 1.8 has it. */
  readonly bucket: string;
}

/** Undefined, with the reason on standard error, where the server cannot be had, for a test to skip. */
export async function sharedInfluxdb(): Promise<SharedInfluxdb | undefined> {
  const url = await sharedServer('influxdb');
  if (url === undefined) return undefined;
  const database = `test_${randomBytes(6).toString('hex')}`;
  const token = `${INFLUXDB_USER.name}:${INFLUXDB_USER.password}`;
  const answer = await fetch(`${url}/query`, {
    method: 'POST',
    headers: { authorization: `Token ${token}` },
    body: new URLSearchParams({ q: `create database ${database}` }),
  });
  if (!answer.ok) throw new Error(`InfluxDB made no database: ${await answer.text()}`);
  return { url, token, org: 'soc', bucket: `${database}/autogen` };
}
