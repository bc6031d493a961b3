import { withConnection } from './connection.ts';

/**
 * The URL, of those that lead to the servers of one cluster, whose server takes writes now. Throws the first reason when
 * none does.
 */
export async function findPrimary(urls: readonly string[]): Promise<string> {
  const reasons: unknown[] = [];
  for (const url of urls) {
    try {
      const { rows } = await withConnection(url, (client) =>
        client.query<{ recovers: boolean }>('select pg_is_in_recovery() as recovers'),
      );
      if (rows[0]?.recovers === false) return url;
      reasons.push(new Error(`${new URL(url).host} is a replica`));
    } catch (error) {
      reasons.push(error);
    }
  }
  throw reasons[0];
}
