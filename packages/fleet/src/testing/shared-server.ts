import { request } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';

/**
 * The URL of the one server of this name in this run, started when first asked for; undefined, with the reason on standard
 * error, where it cannot be had, for a test to skip.
 */
export async function sharedServer(name: string): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly isUp: boolean; readonly said: string }>();
  // Not `fetch`, which gives up on an answer after five minutes.
  const asked = request(`${inject('onDemandUrl')}/${name}`, (response) => {
    text(response).then((said) => resolve({ isUp: response.statusCode === 200, said }), reject);
  });
  asked.once('error', reject).end();
  const { isUp, said } = await promise;
  if (!isUp) process.stderr.write(`no ${name}: ${said}\n`);
  return isUp ? said : undefined;
}
