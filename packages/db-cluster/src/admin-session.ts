import {
  closeConnection,
  type Connection,
  type ConnectionSettings,
  clientConfig,
  openConnection,
} from './connection.ts';
import { NodeChangedError } from './errors.ts';
import { within } from './within.ts';

/** A session apart from the pool, so that a busy pool does not keep a server from being asked. One question at a time. */
export function createAdminSession(settings: ConnectionSettings, timeoutMs: number, onLost: () => void) {
  const config = clientConfig({ ...settings, statementTimeoutMs: timeoutMs, connectTimeoutMs: timeoutMs });
  let open: Connection | undefined;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const connect = async (): Promise<Connection> => {
    const connection = await openConnection(config, (lost) => {
      if (lost !== open) return;
      open = undefined;
      onLost();
    });
    if (closed || open) closeConnection(connection);
    else open = connection;
    return open ?? connection;
  };

  const askOnce = async <T>(question: (client: Connection['client']) => Promise<T>): Promise<T> => {
    if (closed) throw new NodeChangedError('the cluster is closed');
    const used = open ?? (await within(connect(), timeoutMs));
    try {
      return await within(question(used.client), timeoutMs);
    } catch (error) {
      if (open === used) open = undefined;
      closeConnection(used);
      throw error;
    }
  };

  return {
    ask: <T>(question: (client: Connection['client']) => Promise<T>): Promise<T> => {
      // The session may be the only thing that was wrong: one that is old gets a second chance as a new one.
      const attempt = async (): Promise<T> => {
        const isOld = open !== undefined;
        return askOnce(question).catch((error: unknown) => {
          if (!isOld || closed) throw error;
          return askOnce(question);
        });
      };
      const answer = last.then(attempt, attempt);
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => {
      closed = true;
      if (open) closeConnection(open);
      open = undefined;
    },
  };
}
