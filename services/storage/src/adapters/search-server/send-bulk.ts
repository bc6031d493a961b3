import { z } from 'zod';
import { SearchUnavailableError } from '../../ports/search-index.ts';
import { INDEX_CLOSED } from './failure-in.ts';
import { type Generation, targetsOf, writeAliasOf } from './generation.ts';
import type { SearchClient } from './search-client.ts';
import type { PendingDocument, Refusal } from './search-pending-repository.ts';

/** Longest that the server may take for one bulk. */
export const BULK_TIMEOUT_MS = 20_000;

const Answer = z.object({
  errors: z.boolean(),
  items: z.array(
    z.object({
      index: z.object({
        status: z.number(),
        error: z.object({ type: z.string(), reason: z.string().nullish() }).optional(),
      }),
    }),
  ),
});

/** What became of the documents of a bulk. */
export interface BulkOutcome {
  /** The server has this version, or a newer one. */
  readonly done: readonly PendingDocument[];
  readonly refused: readonly Refusal[];
  /** The server could not take them now. */
  readonly waiting: readonly PendingDocument[];
  /** Of indices that have a fault of their own: others may take what they are sent. */
  readonly faulty: readonly string[];
  /** The server has too much to do. */
  readonly isBusy: boolean;
  /** The server lacks an index that it should have. */
  readonly isIndexMissing: boolean;
}

interface Entry {
  readonly document: PendingDocument;
  readonly indexName: string;
  readonly lines: string;
}

/** Ids that hold the tenant: what two tenants call alike are two documents. */
const idOf = ({ tenantId, id }: PendingDocument): string => `${tenantId}:${id}`;

function entriesOf(documents: readonly PendingDocument[], generations: readonly Generation[]): readonly Entry[] {
  return documents.flatMap((one) =>
    targetsOf(generations, one).map(({ indexName }) => ({
      document: one,
      indexName,
      lines: `{"index":{"_index":"${writeAliasOf(indexName)}","_id":${JSON.stringify(idOf(one))},"version":${one.version},"version_type":"external_gte"}}\n${one.document}\n`,
    })),
  );
}

const CONFLICT = 409;
/** 404: the index is missing; 429 and 5xx: not now. */
const isLater = (status: number): boolean => status === 404 || status === 429 || status >= 500;
/** Somebody has closed the index, or has set it to be read only, as the server itself does with a full disk: no fault of the document. */
const SHUT: ReadonlySet<string> = new Set([INDEX_CLOSED, 'cluster_block_exception']);

/** Sends documents to the indices they belong to. An older version never replaces a newer one. Throws `SearchUnavailableError`. */
export async function sendBulk(
  client: SearchClient,
  documents: readonly PendingDocument[],
  generations: readonly Generation[],
): Promise<BulkOutcome> {
  const entries = entriesOf(documents, generations);
  if (entries.length === 0) throw new SearchUnavailableError('no index of the documents is known yet');
  const path = '/_bulk?require_alias=true&filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason';
  const body = entries.map(({ lines }) => lines).join('');
  const answer = Answer.parse(await client.expect({ method: 'POST', path, body, timeoutMs: BULK_TIMEOUT_MS }));
  const sent = new Set(entries.map(({ document }) => document));
  // Of a kind whose index this process does not know: another one does, or will.
  const unsent = documents.filter((document) => !sent.has(document));
  if (!answer.errors) return { ...NOTHING_SENT, done: [...sent], waiting: unsent };
  return judge([...sent], unsent, { entries, answer });
}

export const NOTHING_SENT: BulkOutcome = {
  done: [],
  refused: [],
  waiting: [],
  faulty: [],
  isBusy: false,
  isIndexMissing: false,
};

function judge(
  sent: readonly PendingDocument[],
  unsent: readonly PendingDocument[],
  { entries, answer: { items } }: { readonly entries: readonly Entry[]; readonly answer: z.infer<typeof Answer> },
): BulkOutcome {
  const refused = new Map<PendingDocument, string>();
  const waiting = new Set(unsent);
  const faulty = new Set<string>();
  let [isBusy, isIndexMissing] = [false, false];
  for (const [index, { document, indexName }] of entries.entries()) {
    const item = items[index]?.index;
    const isShut = item?.error !== undefined && SHUT.has(item.error.type);
    if (!item || isShut || isLater(item.status)) waiting.add(document);
    else if (item.status >= 400 && item.status !== CONFLICT) {
      refused.set(document, `${item.error?.type}: ${item.error?.reason}`.slice(0, 1_000));
    }
    if (item && (isShut || item.status >= 500)) faulty.add(indexName);
    isBusy ||= !item || (item.status === 429 && !isShut);
    isIndexMissing ||= item?.status === 404;
  }
  return {
    done: sent.filter((document) => !waiting.has(document) && !refused.has(document)),
    refused: [...refused]
      .filter(([document]) => !waiting.has(document))
      .map(([document, reason]) => ({ document, reason })),
    waiting: [...waiting],
    faulty: [...faulty],
    isBusy,
    isIndexMissing,
  };
}
