import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { type Alert, EventReceived, type PayloadOf } from '@soc/contracts';
import type { Message, Origin, Outbox } from '@soc/messaging';
import { uuidv7 } from '@soc/service-kit';
import { bunched } from './domain/bunch.ts';

/**
 * Which raw events are told of, to be searched: none; those that became an alert, once each; or all that are sent as events as
 * well.
 */
export type RawSearch = 'off' | 'alerts' | 'all';

/** Characters of one that are searched. */
const MAX_TEXT_CHARS = 8_000;

/** Events of one message, and their characters. */
const BUNCH = { maxItems: 100, maxSize: 128 * 1_024 } as const;

/** What a compressed block may grow to. */
const MAX_BLOCK_BYTES = 64 * 1_024 * 1_024;

type Item = PayloadOf<typeof EventReceived>['items'][number];

interface Given {
  readonly payload: string;
  readonly encoding?: 'base64' | undefined;
  readonly origin: Origin;
}

/** A new alert with what its source sent. */
interface Arrived {
  readonly alert: Alert;
  readonly submission: Given;
}

const decompress = promisify(zstdDecompress);

const textOf = ({ payload, encoding }: Given): string =>
  (encoding === 'base64' ? Buffer.from(payload, 'base64').toString('latin1') : payload).slice(0, MAX_TEXT_CHARS);

/** Tells the search of events as they were received. */
export function createRawEvents(given: {
  readonly outbox: Pick<Outbox, 'message'>;
  readonly now: () => Date;
  readonly search: RawSearch;
}) {
  const { outbox, now, search } = given;

  const messagesOf = (items: readonly Item[], origin: Origin): readonly Message[] => {
    const receivedAt = now().toISOString();
    return bunched(items, ({ text }) => text.length, BUNCH).map((some) =>
      outbox.message(EventReceived, { receivedAt, items: [...some] }, { ...origin, subject: some[0]?.id ?? '' }),
    );
  };
  const itemOf = (text: string, source: string | null, alertId: string | null): Item => ({
    id: uuidv7(now().getTime()),
    alertId,
    source,
    text: text.toWellFormed(),
  });

  return {
    /** Of new alerts. */
    ofAlerts: (arrived: readonly Arrived[]): readonly Message[] => {
      if (search === 'off') return [];
      const byTenant = Map.groupBy(arrived, ({ alert }) => alert.tenantId);
      return [...byTenant.values()].flatMap((ofTenant) => {
        const items = ofTenant.map(({ alert, submission }) => itemOf(textOf(submission), alert.source, alert.id));
        // Alerts of several requests share a message: it belongs to the first.
        return ofTenant[0] ? messagesOf(items, ofTenant[0].submission.origin) : [];
      });
    },

    /** Of a block of events, as lines and compressed. */
    ofBlock: async (body: Uint8Array, source: string | null, origin: Origin): Promise<readonly Message[]> => {
      if (search !== 'all') return [];
      const lines = (await decompress(body, { maxOutputLength: MAX_BLOCK_BYTES })).toString().split('\n');
      const texts = lines.filter((line) => line.trim() !== '').map((line) => line.slice(0, MAX_TEXT_CHARS));
      return messagesOf(
        texts.map((text) => itemOf(text, source, null)),
        origin,
      );
    },
  };
}

export type RawEvents = ReturnType<typeof createRawEvents>;
