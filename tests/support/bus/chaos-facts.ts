import type { ServiceName } from '@soc/contracts';
import { identifier, type Queryable, sql, type Tx } from '@soc/db-cluster';

/** Facts that change together in one transaction. */
const BATCH = 10;
const SUBJECTS = 200;

export const EVENTS = 10_000;
export const BATCHES = EVENTS / BATCH;

export const subjectOf = (index: number): string => `01890000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;

/** A subject and one of its versions, which run from 1 without a gap: one event. */
export interface Fact {
  readonly id: string;
  readonly version: number;
}

/** What the publishers change: 200 subjects, each by every publisher, and which batches have been committed. */
export async function createFacts(db: Queryable): Promise<void> {
  await db.query(sql`create table alert.facts (id uuid primary key, version integer not null default 0)`);
  await db.query(sql`create table alert.batches (batch integer primary key)`);
  const ids = Array.from({ length: SUBJECTS }, (_, index) => subjectOf(index));
  await db.query(sql`insert into alert.facts (id) select unnest(${ids}::uuid[])`);
}

/** Gives the subjects of a batch their next versions; none when the batch has been committed before. */
export async function changeFacts(tx: Tx, batch: number): Promise<readonly Fact[]> {
  const isNew = await tx.query(
    sql`insert into alert.batches (batch) values (${batch}) on conflict do nothing returning batch`,
  );
  if (isNew.length === 0) return [];
  const ids = Array.from({ length: BATCH }, (_, index) => subjectOf((batch * BATCH + index) % SUBJECTS));
  await tx.query(sql`select id from alert.facts where id = any(${ids}::uuid[]) order by id for update`);
  return tx.query<{ id: string; version: number }>(sql`
    update alert.facts set version = version + 1 where id = any(${ids}::uuid[]) returning id, version`);
}

export async function countFacts(db: Queryable): Promise<number> {
  const [row] = await db.query<{ changes: number }>(sql`select sum(version)::integer as changes from alert.facts`);
  return row?.changes ?? 0;
}

/** What subscribers leave behind. No constraint keeps an effect from happening twice: that is the bus's work. */
export async function createEffects(db: Queryable, service: ServiceName): Promise<void> {
  const schema = identifier(service);
  await db.query(sql`
    create table ${schema}.effects (at bigint generated always as identity, subject uuid not null, version integer not null)`);
  await db.query(sql`create table ${schema}.cures (at timestamptz not null)`);
}

export async function addEffect(tx: Tx, service: ServiceName, { id, version }: Fact): Promise<void> {
  await tx.query(sql`insert into ${identifier(service)}.effects (subject, version) values (${id}, ${version})`);
}

/** From now on the poison does no harm. */
export async function cure(db: Queryable, service: ServiceName): Promise<void> {
  await db.query(sql`insert into ${identifier(service)}.cures (at) values (now())`);
}

export async function isCured(tx: Queryable, service: ServiceName): Promise<boolean> {
  return (await tx.query(sql`select at from ${identifier(service)}.cures limit 1`)).length > 0;
}

export interface Effects {
  /** Of how many events there is an effect. */
  readonly events: number;
  /** Effects of events that have one already. */
  readonly repeated: number;
  /** Effects that came after one of a later version of the same subject. */
  readonly overtaken: number;
}

export async function readEffects(db: Queryable, service: ServiceName): Promise<Effects> {
  const [row] = await db.query<Effects>(sql`
    select count(distinct (subject, version)) as events, count(*) - count(distinct (subject, version)) as repeated,
      count(*) filter (where version < newest) as overtaken
    from (select subject, version, max(version) over (partition by subject order by at) as newest
      from ${identifier(service)}.effects) as effect`);
  if (!row) throw new Error('an aggregate always has a row');
  return row;
}

export interface Letter {
  readonly reason: string;
  readonly attempts: number;
}

export const readLetters = (db: Queryable, service: ServiceName): Promise<readonly Letter[]> =>
  db.query<{ reason: string; attempts: number }>(
    sql`select reason, attempts from ${identifier(service)}.dead_letters order by event_id`,
  );

export async function countOutbox(db: Queryable): Promise<number> {
  const [row] = await db.query<{ messages: number }>(sql`select count(*) as messages from alert.outbox`);
  return row?.messages ?? 0;
}
