import type { BusActor, TrailEntry, TrailKind } from '@soc/contracts';
import { identifier, json, type Queryable, sql, type SqlStatement } from '@soc/db-cluster';
import type { Message } from './envelope.ts';
import { earliestUuidv7, idPeriod, periodStart } from './event-id.ts';
import { storable } from './storable.ts';

/** What happened to some events of one type, at once. */
export interface TrailNote {
  readonly kind: TrailKind;
  readonly type: string;
  readonly eventIds: readonly string[];
  readonly attempt?: number;
  readonly reasonCode?: string;
  readonly reason?: string;
  readonly actor?: BusActor;
}

/** What the trail says of messages that Redis has. */
export const publicationNotes = (messages: readonly Pick<Message, 'id' | 'type'>[]): readonly TrailNote[] =>
  Array.from(
    Map.groupBy(messages, ({ type }) => type),
    ([type, of]) => ({ kind: 'published', type, eventIds: of.map(({ id }) => id) }),
  );

/** Keeps a row within the 8,160 bytes up to which it is neither compressed nor moved out of line. */
const MAX_IDS = 256;
const MAX_ENTRIES = 1_000;
const MAX_REASON = 2_000;

/** Cuts a note where its ids leave their period, or are too many for a row. */
function rowsOf(note: TrailNote): readonly { readonly note: TrailNote; readonly ids: readonly string[] }[] {
  const rows: { note: TrailNote; ids: string[] }[] = [];
  for (const id of note.eventIds.toSorted()) {
    const last = rows.at(-1);
    if (last && last.ids.length < MAX_IDS && idPeriod(last.ids[0] ?? '') === idPeriod(id)) last.ids.push(id);
    else rows.push({ note, ids: [id] });
  }
  return rows;
}

/** The table `bus_trail` of one service: what its process `instance` did to which events. */
export function createTrailRepository(schemaName: string, instance: string) {
  const schema = identifier(schemaName);

  /** An insert of notes, to stand alone or in a `with`. */
  const insertion = (notes: readonly TrailNote[]): SqlStatement => {
    const rows = notes.flatMap(rowsOf);
    const attempts = rows.map(({ note }) => note.attempt ?? null);
    const reasons = rows.map(({ note }) => storable(note.reason)?.slice(0, MAX_REASON) ?? null);
    const actors = rows.map(({ note }) => (note.actor ? json(note.actor) : null));
    return sql`
      insert into ${schema}.bus_trail (first_id, kind, type, instance, event_ids, attempt, reason_code, reason, actor)
      select first_id, kind, type, ${instance}, ids::uuid[], attempt, reason_code, reason, actor
      from unnest(
        ${rows.map(({ ids }) => ids[0])}::uuid[],
        ${rows.map(({ note }) => note.kind)}::text[],
        ${rows.map(({ note }) => note.type)}::text[],
        ${rows.map(({ ids }) => `{${ids.join()}}`)}::text[],
        ${attempts}::integer[],
        ${rows.map(({ note }) => note.reasonCode ?? null)}::text[],
        ${reasons}::text[],
        ${actors}::jsonb[]
      ) as note (first_id, kind, type, ids, attempt, reason_code, reason, actor)`;
  };

  return {
    insertion,

    append: async (write: Queryable, notes: readonly TrailNote[]): Promise<void> => {
      if (notes.some(({ eventIds }) => eventIds.length > 0)) await write.query(insertion(notes));
    },

    /** What happened to an event, oldest first. */
    entriesOf: async (read: Queryable, eventId: string): Promise<TrailEntry[]> => {
      const rows = await read.query<Omit<TrailEntry, 'reasonCode'> & { readonly reason_code: string | null }>(sql`
        select at, kind, type, instance, cardinality(event_ids) as batch, attempt, reason_code, reason, actor
        from ${schema}.bus_trail
        where first_id between ${periodStart(eventId)}::uuid and ${eventId}::uuid and ${eventId}::uuid = any(event_ids)
        order by at limit ${MAX_ENTRIES}`);
      return rows.map(({ reason_code, ...row }) => ({ ...row, reasonCode: reason_code }));
    },

    /** Those of the events that have a note of this kind with exactly this reason. */
    noted: async (
      read: Queryable,
      eventIds: readonly string[],
      { kind, reason }: { readonly kind: TrailKind; readonly reason: string },
    ): Promise<ReadonlySet<string>> => {
      const sorted = eventIds.toSorted();
      const [first, last] = [sorted[0], sorted.at(-1)];
      if (first === undefined || last === undefined) return new Set();
      const rows = await read.query<{ id: string }>(sql`
        select id from ${schema}.bus_trail, unnest(event_ids) as id
        where first_id between ${periodStart(first)}::uuid and ${last}::uuid
          and kind = ${kind} and reason = ${reason} and id = any(${eventIds}::uuid[])`);
      return new Set(rows.map(({ id }) => id));
    },

    /** Forgets at most `limitRows` rows written before `unixMs`; resolves with how many. Rows are never older than their ids. */
    forget: async (write: Queryable, unixMs: number, limitRows: number): Promise<number> => {
      const [row] = await write.query<{ forgotten: number }>(sql`
        with gone as (
          delete from ${schema}.bus_trail where ctid = any(array(
            select ctid from ${schema}.bus_trail
            where first_id < ${earliestUuidv7(unixMs)}::uuid and at < ${new Date(unixMs)}
            order by first_id limit ${limitRows}))
          returning 1
        )
        select count(*) as forgotten from gone`);
      return row?.forgotten ?? 0;
    },
  };
}

export type TrailRepository = ReturnType<typeof createTrailRepository>;
