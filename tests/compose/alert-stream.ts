import { setTimeout as delay } from 'node:timers/promises';
import { type FleetClient, FleetRefusal, logIn } from '@soc/fleet';
import { CreateAlert } from '@soc/contracts/alert/ingest';
import type { Stack } from './stack.ts';

/** Alerts that are posted without pause, as sensors do: what was not taken is sent again. */
export interface AlertStream {
  /** Those that the fleet said it has. */
  readonly acknowledged: ReadonlySet<string>;
  /** How often it did not say so. */
  readonly refusals: () => number;
  /** The longest that none of the senders heard a yes since this was last asked, in milliseconds. */
  readonly longestSilence: () => number;
  readonly stop: () => Promise<void>;
}

const SENDERS = 4;
const PAUSE_MS = 100;
const RETRY_MS = 250;

/** Starts it, to the published port. */
export async function startAlertStream({ gatewayUrl, admin }: Stack): Promise<AlertStream> {
  const acknowledged = new Set<string>();
  let isEnding = false;
  let refusals = 0;
  let [lastYes, longest] = [performance.now(), 0];
  const heardYes = (): void => {
    longest = Math.max(longest, performance.now() - lastYes);
    lastYes = performance.now();
  };

  const post = async (client: FleetClient, name: string): Promise<void> => {
    const body = { title: `Alert ${name}`, severity: 'low' as const, source: 'stream', fingerprint: name };
    while (!isEnding) {
      try {
        const { id } = await client.call(CreateAlert, { body, headers: { 'idempotency-key': name } });
        acknowledged.add(id);
        return heardYes();
      } catch (error) {
        // A token that is not taken, a body that is wrong: no wait mends those.
        if (error instanceof FleetRefusal && error.status < 500 && error.status !== 429) throw error;
        refusals += 1;
        await delay(RETRY_MS);
      }
    }
  };
  const send = async (sender: number): Promise<void> => {
    const client = await logIn(gatewayUrl, admin);
    for (let number = 0; !isEnding; number++) {
      await post(client, `${sender}-${number}`);
      await delay(PAUSE_MS);
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
  // Told by stop().
  senders.catch(() => undefined);
  return {
    acknowledged,
    refusals: () => refusals,
    longestSilence: () => {
      const most = Math.max(longest, performance.now() - lastYes);
      longest = 0;
      return most;
    },
    stop: async () => {
      isEnding = true;
      await senders;
    },
  };
}
