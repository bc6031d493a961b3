import { DocumentKind } from '@soc/contracts/storage/search';
import { z } from 'zod';
import { type Generation, writeAliasOf } from './generation.ts';
import { allShards } from './all-shards.ts';
import { failureTypeIn, INDEX_CLOSED } from './failure-in.ts';
import type { IndexMapping } from './mapping.ts';
import { type SearchClient, SearchServerError } from './search-client.ts';

const ALREADY_EXISTS = 'resource_already_exists_exception';
/** A copy, and what else the server does in the background of a call. */
const SLOW_MS = 60_000;

const Failed = z.object({ error: z.object({ type: z.string() }) });
const CopyStarted = z.object({ task: z.string() });
const Task = z.object({
  completed: z.boolean(),
  error: z.object({ reason: z.string().nullish() }).nullish(),
  response: z.object({ failures: z.array(z.unknown()) }).nullish(),
});
const Count = z.object({ count: z.number() });
const Known = z.record(
  z.string(),
  z.object({ settings: z.object({ 'index.uuid': z.string() }), aliases: z.record(z.string(), z.unknown()).optional() }),
);

/** An index as the server has it, closed or not. */
export interface KnownIndex {
  /** What the server knows it by. */
  readonly uuid: string;
  readonly aliases: ReadonlySet<string>;
}

/** How an index should be, and how it was seen to be. */
export interface WantedIndex {
  readonly isFound: boolean;
  readonly seen?: KnownIndex | undefined;
}

export type CopyState = 'running' | 'done' | 'failed';

/** The indices of one installation on the search server. */
export interface SearchIndices {
  /** The alias that everything is found by. */
  readonly readAlias: string;
  /** The template that indices are made by. */
  readonly putTemplate: () => Promise<void>;
  /**
   * Makes what is missing: the index, the alias it is written to by, and for one to be found the alias that it is found by. Returns
   * what the server knows the index by. Asks for nothing that was seen to be there, which an index that is read only would refuse.
   */
  readonly ensure: (indexName: string, wanted: WantedIndex) => Promise<string>;
  /** What the server has, by name. */
  readonly known: () => Promise<ReadonlyMap<string, KnownIndex>>;
  /** Starts to copy all documents; what is newer in the target stays. Returns the task. */
  readonly startCopy: (from: Generation, to: Generation) => Promise<string>;
  readonly copyState: (task: string) => Promise<CopyState>;
  /** Has the built index found in place of the old one, at once. */
  readonly swap: (old: Generation, built: Generation) => Promise<void>;
  /** Harmless when it is gone. */
  readonly drop: (indexName: string) => Promise<void>;
  /** As of the last refresh, about a second ago; undefined of an index that is closed. */
  readonly count: (indexName: string) => Promise<number | undefined>;
  /** Whether nothing is in it, nor was written to it in this second; of a closed one nobody knows. */
  readonly isEmpty: (indexName: string) => Promise<boolean>;
}

export function createSearchIndices(client: SearchClient, prefix: string, mapping: IndexMapping): SearchIndices {
  const readAlias = `${prefix}-read`;
  const template = { settings: mapping.settings, mappings: mapping.mappings };
  const json = (value: unknown): string => JSON.stringify(value);
  const aliases = (actions: readonly object[]) =>
    client.expect({ method: 'POST', path: '/_aliases', body: json({ actions }), timeoutMs: SLOW_MS });
  const refresh = (indexName: string) =>
    client.expect({ method: 'POST', path: `/${indexName}/_refresh`, timeoutMs: SLOW_MS });
  const count = async (indexName: string): Promise<number | undefined> => {
    const { status, body } = await client.call({ method: 'GET', path: `/${indexName}/_count` });
    if (failureTypeIn(body) === INDEX_CLOSED) return undefined;
    if (status >= 300) throw new SearchServerError(`${indexName} could not be counted: ${json(body)}`);
    allShards(body);
    return Count.parse(body).count;
  };
  return {
    readAlias,
    putTemplate: async () => {
      const body = json({
        index_patterns: DocumentKind.options.map((kind) => `${prefix}-${kind}-0*`),
        priority: 200,
        template,
      });
      await client.expect({ method: 'PUT', path: `/_index_template/${prefix}`, body, timeoutMs: SLOW_MS });
    },
    ensure: async (indexName, { isFound, seen }) => {
      const names = isFound ? [writeAliasOf(indexName), readAlias] : [writeAliasOf(indexName)];
      if (seen && names.every((name) => seen.aliases.has(name))) return seen.uuid;
      const { status, body } = await client.call({ method: 'PUT', path: `/${indexName}`, timeoutMs: SLOW_MS });
      const failed = Failed.safeParse(body);
      if (status >= 300 && !(failed.success && failed.data.error.type === ALREADY_EXISTS)) {
        throw new SearchServerError(`${indexName} could not be made: ${json(body)}`);
      }
      await aliases(names.map((alias) => ({ add: { index: indexName, alias } })));
      const path = `/${indexName}/_settings/index.uuid?flat_settings=true`;
      const uuid = Known.parse(await client.expect({ method: 'GET', path }))[indexName]?.settings['index.uuid'];
      if (uuid === undefined) throw new SearchServerError(`the server does not tell which index ${indexName} is`);
      return uuid;
    },
    known: async () => {
      const path = `/${prefix}-*-0*?flat_settings=true&expand_wildcards=all&filter_path=*.aliases,*.settings`;
      const known = Known.parse((await client.expect({ method: 'GET', path })) ?? {});
      return new Map(
        Object.entries(known).map(([name, { settings, aliases: given = {} }]) => [
          name,
          { uuid: settings['index.uuid'], aliases: new Set(Object.keys(given)) },
        ]),
      );
    },
    startCopy: async (from, to) => {
      // A copy has what is found; what was written in this second is not yet.
      await refresh(from.indexName);
      const body = json({
        // A version that the target has already, or a newer one, is not an error: it was written beside.
        conflicts: 'proceed',
        source: { index: from.indexName, size: 1_000 },
        dest: { index: to.indexName, version_type: 'external' },
      });
      const path = '/_reindex?wait_for_completion=false';
      const call = { method: 'POST', path, body, timeoutMs: SLOW_MS, isSentOnce: true } as const;
      return CopyStarted.parse(await client.expect(call)).task;
    },
    copyState: async (task) => {
      const { status, body } = await client.call({ method: 'GET', path: `/_tasks/${task}` });
      if (status === 404) return 'failed'; // the server was started anew, and has forgotten
      const { completed, error, response } = Task.parse(body);
      if (!completed) return 'running';
      return error || (response && response.failures.length > 0) ? 'failed' : 'done';
    },
    swap: async (old, built) => {
      // What the copy wrote is found from here on, as what it was copied from is.
      await refresh(built.indexName);
      await aliases([
        { add: { index: built.indexName, alias: readAlias } },
        { remove: { index: old.indexName, alias: readAlias } },
      ]);
    },
    drop: async (indexName) => {
      const path = `/${indexName}?ignore_unavailable=true`;
      await client.expect({ method: 'DELETE', path, timeoutMs: SLOW_MS });
    },
    count,
    isEmpty: async (indexName) => {
      if ((await count(indexName)) !== 0) return false;
      await refresh(indexName);
      return (await count(indexName)) === 0;
    },
  };
}
