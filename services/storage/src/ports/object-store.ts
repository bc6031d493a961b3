import type { Readable } from 'node:stream';

export interface StoredContent {
  /** Where `open` finds it again. */
  readonly key: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** `interrupted`: the source ended before its content did, or fell silent. Of a refused object nothing is left. */
export type PutOutcome =
  | { readonly ok: true; readonly content: StoredContent }
  | { readonly ok: false; readonly refusal: 'too_large' | 'no_space' | 'interrupted' };

/** Keeps contents by their hash, each tenant's apart. A content is durable when `put` resolves. */
export interface ObjectStore {
  /** Reads `source` once, in constant memory. The same content of the same tenant is kept once, under the same key. */
  readonly put: (
    source: Readable,
    options: {
      readonly tenantId: string;
      readonly maxBytes: number;
      /** A source that gives nothing for so long is destroyed. */
      readonly idleTimeoutMs: number;
      /** What the sender says it will send, where it says so. */
      readonly expectedBytes: number | undefined;
    },
  ) => Promise<PutOutcome>;
  /** The content from its beginning; undefined when there is none under this key. */
  readonly open: (key: string) => Promise<Readable | undefined>;
  /** Facts for a health check; throws when nothing can be stored. */
  readonly check: () => Promise<Readonly<Record<string, unknown>>>;
}
