import type { Redis } from './redis.ts';

/** Where a consumer group stands on its stream. */
export interface GroupState {
  readonly name: string;
  /** Delivered and not acknowledged. */
  readonly pending: number;
  /** The oldest entry the group has not acknowledged, or the last it was given when there is none. */
  readonly oldestNeeded: string;
  /** Entries it has not been given yet; 1 for any number where Redis cannot tell, after entries in the middle were deleted. */
  readonly behind: number;
}

const asList = (raw: unknown): readonly unknown[] => (Array.isArray(raw) ? raw : []);

const fieldsOf = (flat: unknown): ReadonlyMap<string, unknown> => {
  const pairs = asList(flat);
  const fields = new Map<string, unknown>();
  for (let index = 0; index < pairs.length; index += 2) fields.set(String(pairs[index]), pairs[index + 1]);
  return fields;
};

const lastIdOf = async (redis: Redis, stream: string): Promise<string> =>
  String(fieldsOf(await redis.xinfo('STREAM', stream)).get('last-generated-id'));

/** A group that is yet to come: it needs the whole stream. */
export const absentGroup = (name: string, entries: number): GroupState => ({
  name,
  pending: 0,
  oldestNeeded: '0-0',
  behind: entries,
});

/** The groups of a stream; none for a stream that is not there. */
export async function readGroups(redis: Redis, stream: string): Promise<readonly GroupState[]> {
  const groups: unknown = await redis.xinfo('GROUPS', stream).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('no such key')) return [];
    throw error;
  });
  return Promise.all(
    asList(groups).map(async (flat) => {
      const fields = fieldsOf(flat);
      const name = String(fields.get('name'));
      const lastDelivered = String(fields.get('last-delivered-id'));
      const lag = fields.get('lag');
      const [pending, oldestPending] = asList(await redis.xpending(stream, name));
      return {
        name,
        pending: Number(pending),
        oldestNeeded: typeof oldestPending === 'string' ? oldestPending : lastDelivered,
        behind: typeof lag === 'number' ? lag : Number(lastDelivered !== (await lastIdOf(redis, stream))),
      };
    }),
  );
}
