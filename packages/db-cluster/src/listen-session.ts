import pg from 'pg';
import { clientConfig, closeConnection, type ConnectionSettings, openConnection } from './connection.ts';
import { within } from './within.ts';

/** A session that listens, from its beginning to its end. */
export interface ListenSession {
  readonly listenTo: (channels: readonly string[]) => Promise<void>;
  readonly unlisten: (channel: string) => Promise<void>;
  /** Resolves when the session is over, whoever ended it. */
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/** A session that is silently dead, behind a firewall that forgot it, is noticed within this time and that of an answer. */
const LIVENESS_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;

/** Throws when the server cannot be reached. A session that stops answering ends itself. */
export async function openListenSession(
  settings: ConnectionSettings,
  onNotification: (channel: string, payload: string) => void,
): Promise<ListenSession> {
  const over = Promise.withResolvers<void>();
  const connection = await openConnection(clientConfig(settings), () => end());
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    closeConnection(connection);
    over.resolve();
  };
  const ask = async (text: string): Promise<void> => {
    try {
      await within(connection.client.query(text), ANSWER_WITHIN_MS);
    } catch (error) {
      end();
      throw error;
    }
  };
  const checkLater = (): void => {
    timer = setTimeout(() => {
      // A failure has ended the session already.
      ask('select 1').then(checkLater, () => undefined);
    }, LIVENESS_EVERY_MS).unref();
  };
  checkLater();
  connection.client.on('notification', ({ channel, payload }) => onNotification(channel, payload ?? ''));
  return {
    listenTo: (channels) => ask(channels.map((channel) => `listen ${pg.escapeIdentifier(channel)}`).join('; ')),
    unlisten: (channel) => ask(`unlisten ${pg.escapeIdentifier(channel)}`),
    ended: over.promise,
    end,
  };
}
