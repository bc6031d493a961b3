import type { DocumentKind } from '@soc/contracts/storage/search';
import type { DbCluster } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { type Generation, newestOf, writeAliasOf } from './generation.ts';
import type { SearchGenerations } from './search-generations-repository.ts';
import type { KnownIndex, SearchIndices } from './search-indices.ts';
import type { SearchPending } from './search-pending-repository.ts';

export interface UpkeepDeps {
  readonly db: Pick<DbCluster, 'write'>;
  readonly generations: SearchGenerations;
  readonly pending: Pick<SearchPending, 'resend'>;
  readonly indices: SearchIndices;
  readonly prefix: string;
  /** Each has indices of its own. */
  readonly kinds: readonly DocumentKind[];
  /** Name of the mapping of today. */
  readonly mapping: string;
  readonly rolloverDocuments: number;
  readonly now: () => Date;
  readonly log: BusLog;
}

/**
 * A new index is for ids from so much later on: those under way meanwhile, and those of clocks that are ahead, belong to the one
 * before.
 */
const ROLLOVER_AHEAD_MS = 10 * 60_000;

const nameOf = (prefix: string, kind: string, number: number): string =>
  `${prefix}-${kind}-${String(number).padStart(6, '0')}`;

/** The next name of a kind: numbers are never used twice, whatever was removed. */
function nextName(prefix: string, kind: string, generations: readonly Generation[]): string {
  const numbers = generations
    .filter((generation) => generation.kind === kind)
    .map(({ indexName }) => Number(indexName.slice(-6)));
  return nameOf(prefix, kind, Math.max(0, ...numbers) + 1);
}

/** Looks after the indices; one process at a time does. */
export interface Upkeep {
  /**
   * Makes what is missing on the server: the template, an index for each kind, and every index that is known. Has documents sent
   * again to those that are no longer the ones they were sent to; of many, that takes longer than a lease, and `isLeader` is asked
   * on the way. Throws when it is not any more.
   */
  readonly ensure: (isLeader: () => Promise<boolean>) => Promise<readonly Generation[]>;
  /**
   * One round of what is due: `ensure` where an index or its alias is gone or it is another one, a new index where one is full, a step of copying,
   * removing what is empty.
   */
  readonly round: (isLeader: () => Promise<boolean>) => Promise<void>;
}

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { db, generations, indices, prefix, kinds, mapping } = deps;
  const ensure: Upkeep['ensure'] = async (isLeader) => {
    await indices.putTemplate();
    const known = await generations.list(db.write);
    for (const kind of kinds) {
      if (newestOf(known, kind)) continue;
      const indexName = nextName(prefix, kind, known);
      await generations.add(db.write, { indexName, kind, fromMs: 0, mapping, state: 'live', ...UNMADE });
    }
    const all = await generations.list(db.write);
    const before = await indices.known();
    const made: MadeIndex[] = [];
    for (const generation of all) {
      if (generation.state === 'retired') continue;
      const { indexName } = generation;
      const isFound = isToBeFound(deps, generation, all, before);
      made.push({ generation, uuid: await indices.ensure(indexName, { isFound, seen: before.get(indexName) }) });
    }
    await refill(deps, made, isLeader);
    return all;
  };
  return {
    ensure,
    round: async (isLeader) => {
      if (!(await areAsMade(deps))) await ensure(isLeader);
      await removeRetired(deps);
      await moveToMapping(deps);
      for (const kind of kinds) {
        await rollOver(deps, kind);
        await removeEmpty(deps, kind);
      }
    },
  };
}

/**
 * Whether the server has each index that was made, it is that one (another of its name, with its aliases, takes documents as well), and it
 * is written to and found by its aliases, which somebody may have removed.
 */
async function areAsMade(deps: UpkeepDeps): Promise<boolean> {
  const { db, generations, indices } = deps;
  const known = await generations.list(db.write);
  const onServer = await indices.known();
  return known.every((generation) => {
    const { indexName, state, indexUuid } = generation;
    if (state === 'retired') return true;
    const there = onServer.get(indexName);
    if (!there || there.uuid !== indexUuid || !there.aliases.has(writeAliasOf(indexName))) return false;
    return there.aliases.has(indices.readAlias) || !isToBeFound(deps, generation, known, onServer);
  });
}

const UNMADE = { copyTask: null, indexUuid: null };

interface MadeIndex {
  readonly generation: Generation;
  readonly uuid: string;
}

/**
 * An index that was made before and is another one now has lost what it had, or comes from a snapshot that is older: all that its
 * kind was sent is sent again. Only then is the new one written down, so that it happens again when this is killed.
 */
async function refill(
  { db, generations, pending, log }: UpkeepDeps,
  made: readonly MadeIndex[],
  isLeader: () => Promise<boolean>,
): Promise<void> {
  const changed = made.filter(({ generation, uuid }) => generation.indexUuid !== uuid);
  const lost = changed
    .map(({ generation }) => generation)
    .filter(({ indexUuid }) => indexUuid !== null && indexUuid !== '');
  if (lost.length > 0) {
    const documents = await pending.resend(db.write, [...new Set(lost.map(({ kind }) => kind))], isLeader);
    const indexNames = lost.map(({ indexName }) => indexName);
    log.error({ indexNames, documents }, 'the search server has lost indices; documents are sent again');
    for (const { indexName, state } of lost) {
      if (state === 'building') await generations.setCopyTask(db.write, indexName, null);
    }
  }
  for (const { generation, uuid } of changed) await generations.setIndexUuid(db.write, generation.indexName, uuid);
}

const isBuiltFor = (other: Generation, { kind, fromMs }: Generation): boolean =>
  other.state === 'building' && other.kind === kind && other.fromMs === fromMs;

/** A live one is, unless what is built in its place is found already: the swap was done and could not be written down. */
function isToBeFound(
  { indices }: UpkeepDeps,
  generation: Generation,
  known: readonly Generation[],
  onServer: ReadonlyMap<string, KnownIndex>,
): boolean {
  if (generation.state !== 'live') return false;
  const building = known.find((other) => isBuiltFor(other, generation));
  return !building || onServer.get(building.indexName)?.aliases.has(indices.readAlias) !== true;
}

async function removeRetired({ db, generations, indices }: UpkeepDeps): Promise<void> {
  for (const { indexName, state } of await generations.list(db.write)) {
    if (state !== 'retired') continue;
    await indices.drop(indexName);
    await generations.remove(db.write, indexName);
  }
}

/** A kind whose newest index is full, and already in use, gets another; while that one is closed, what is for it waits. */
async function rollOver(deps: UpkeepDeps, kind: string): Promise<void> {
  const { db, generations, indices, prefix, mapping, rolloverDocuments, now, log } = deps;
  const known = await generations.list(db.write);
  const newest = newestOf(known, kind);
  if (!newest || newest.fromMs > now().getTime()) return;
  const documents = await indices.count(newest.indexName);
  if (documents === undefined) log.warn({ indexName: newest.indexName }, 'the newest search index of a kind is closed');
  if (documents === undefined || documents < rolloverDocuments) return;
  const fromMs = now().getTime() + ROLLOVER_AHEAD_MS;
  const indexName = nextName(prefix, kind, known);
  const indexUuid = await indices.ensure(indexName, { isFound: true });
  await generations.add(db.write, { indexName, kind, fromMs, mapping, state: 'live', copyTask: null, indexUuid });
  log.info({ indexName, fromMs }, 'search index rolled over');
}

/** What retention has emptied goes, but for the newest. */
async function removeEmpty({ db, generations, indices, now, log }: UpkeepDeps, kind: string): Promise<void> {
  const known = await generations.list(db.write);
  const newest = newestOf(known, kind);
  const inUse = known.filter((generation) => generation.kind === kind && generation.state === 'live');
  for (const { indexName, fromMs } of inUse) {
    const isPast = newest && fromMs < newest.fromMs && newest.fromMs < now().getTime();
    const isBeingCopied = known.some((other) => other.state === 'building' && other.fromMs === fromMs);
    if (!isPast || isBeingCopied || !(await indices.isEmpty(indexName))) continue;
    await generations.remove(db.write, indexName);
    await indices.drop(indexName);
    log.info({ indexName }, 'empty search index removed');
  }
}

/** What is closed cannot be copied, and keeps no other one from being. */
async function firstOpen({ indices }: UpkeepDeps, of: readonly Generation[]): Promise<Generation | undefined> {
  for (const generation of of) if ((await indices.count(generation.indexName)) !== undefined) return generation;
  return undefined;
}

/** One index at a time is copied into one of the mapping of today: begun, watched, and then found in place of the old one. */
async function moveToMapping(deps: UpkeepDeps): Promise<void> {
  const { db, generations, indices, prefix, mapping, log } = deps;
  const known = await generations.list(db.write);
  const old = await firstOpen(
    deps,
    known.filter((generation) => generation.state === 'live' && generation.mapping !== mapping),
  );
  if (!old) return;
  const building = known.find((other) => isBuiltFor(other, old));
  if (!building) {
    const indexName = nextName(prefix, old.kind, known);
    const indexUuid = await indices.ensure(indexName, { isFound: false });
    await generations.add(db.write, { ...old, indexName, mapping, state: 'building', copyTask: null, indexUuid });
    return; // the copy begins in the next round, when every document is already written to both
  }
  if (building.mapping !== mapping) {
    await indices.drop(building.indexName);
    await generations.remove(db.write, building.indexName);
    return;
  }
  const state = building.copyTask === null ? 'failed' : await indices.copyState(building.copyTask);
  if (state === 'running') return;
  if (state === 'failed') {
    await generations.setCopyTask(db.write, building.indexName, await indices.startCopy(old, building));
    log.info({ from: old.indexName, to: building.indexName }, 'search index is being copied');
    return;
  }
  await indices.swap(old, building);
  await generations.replace(db.write, old, building);
  log.info({ from: old.indexName, to: building.indexName }, 'search index replaced');
}
