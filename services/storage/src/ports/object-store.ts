import type { Readable } from 'node:stream';
import type { ByteRange } from '../domain/byte-range.ts';

/** Lower-case hex of both hashes of one content. */
export interface ContentHashes {
  readonly sha256: string;
  readonly blake3: string;
}

export interface StoredContent extends ContentHashes {
  /** Where `open` finds it again, and it alone: where the store keeps versions, the version that was written. */
  readonly key: string;
  readonly sizeBytes: number;
}

/**
 * `interrupted`: the source ended before its content did, fell silent, or crept. `busy`: too many come at once. `wrong_hash`: the
 * content is not what was announced. Of a refused object nothing is left.
 */
export type PutRefusal = 'too_large' | 'no_space' | 'busy' | 'interrupted' | 'wrong_hash';

export type PutOutcome =
  | { readonly ok: true; readonly content: StoredContent }
  | { readonly ok: false; readonly refusal: PutRefusal };

/** Where a content goes. Each has a place of its own, never one that holds a content already. */
export interface ContentPlace {
  readonly tenantId: string;
  /** A UUID. */
  readonly name: string;
}

export interface ReceiveOptions {
  /** A source that gives nothing for so long is destroyed. */
  readonly idleTimeoutMs: number;
  /** What the sender says it will send, where it says so. */
  readonly expectedBytes: number | undefined;
}

export interface ContentOptions {
  /** What the sender says its hashes are, where it says so. */
  readonly expected?: { readonly sha256?: string | undefined; readonly blake3?: string | undefined } | undefined;
  /** Sees the content pass by, in order and once; a chunk is valid only during the call. */
  readonly observe?: ((chunk: Buffer) => void) | undefined;
}

/** Why a content may not be removed. A date is only ever put later. */
export interface Hold {
  readonly legalHold: boolean;
  readonly retainUntil: Date | undefined;
}

/** An upload in parts, which may come in any order, at once, and again. */
export interface StartedUpload {
  /** Names the upload to the other operations; opaque. */
  readonly upload: string;
  /** Size of every part but the last, which may be smaller, and not empty unless it is the only one. */
  readonly partBytes: number;
}

export interface StoredPart {
  readonly number: number;
  readonly sizeBytes: number;
  /** What the store calls this part; opaque. */
  readonly tag: string;
}

export type PartOutcome =
  | { readonly ok: true; readonly part: StoredPart }
  | { readonly ok: false; readonly refusal: 'too_large' | 'no_space' | 'busy' | 'interrupted' | 'no_upload' };

export type CompleteOutcome =
  | { readonly ok: true; readonly content: StoredContent }
  | { readonly ok: false; readonly refusal: 'no_upload' | 'no_space' | 'wrong_hash' }
  /** These are not in the store, or not as they were stored: to be sent again. */
  | { readonly ok: false; readonly refusal: 'parts_lost'; readonly numbers: readonly number[] };

/** Keeps contents, each tenant's apart. A content, a part and a hold are durable when the promise resolves. */
export interface ObjectStore {
  /** Reads `source` once, in constant memory. It stays open when the store stops early: a request still needs its answer. */
  readonly put: (
    source: Readable,
    options: ContentPlace & ReceiveOptions & ContentOptions & { readonly maxBytes: number },
  ) => Promise<PutOutcome>;
  /** The content, or a part of it; undefined when there is none under this key. */
  readonly open: (key: string, range?: ByteRange) => Promise<Readable | undefined>;
  /** `held`: the store itself refuses, and keeps it. */
  readonly remove: (key: string) => Promise<'removed' | 'absent' | 'held'>;
  /** Removes what a `put` or an upload that was broken off has left there; a place that holds nothing is no fault. */
  readonly discard: (place: ContentPlace) => Promise<void>;
  /**
   * Sets what is given and leaves the rest. `shortened`: the content is retained for longer already; nothing was changed. `no_lock`:
   * the store cannot hold anything.
   */
  readonly hold: (key: string, hold: Partial<Hold>) => Promise<'set' | 'absent' | 'shortened' | 'no_lock'>;
  /** Undefined when there is no such content. */
  readonly holdOf: (key: string) => Promise<Hold | undefined>;
  readonly startUpload: (place: ContentPlace) => Promise<StartedUpload>;
  /** Keeps a part of at most `partBytes`, in place of what came under this number before. */
  readonly putPart: (
    upload: StartedUpload,
    number: number,
    source: Readable,
    options: ReceiveOptions,
  ) => Promise<PartOutcome>;
  /**
   * Makes one content of the parts, in the order of their numbers, and hashes it as the store gives it back. May be repeated when it
   * was broken off.
   */
  readonly completeUpload: (
    upload: StartedUpload,
    parts: readonly StoredPart[],
    options: ContentOptions,
  ) => Promise<CompleteOutcome>;
  /** Forgets an upload and its parts; one that is gone is no fault. */
  readonly abortUpload: (upload: StartedUpload) => Promise<void>;
  /** A URL that gives the content to whoever holds it, as an attachment of this name; undefined where the store cannot. */
  readonly presign: (
    key: string,
    options: { readonly expiresInS: number; readonly disposition: string },
  ) => Promise<string | undefined>;
  /** Facts for a health check; throws when nothing can be stored. */
  readonly check: () => Promise<Readonly<Record<string, unknown>>>;
  /** Removes what uploads that were killed in the middle have left behind; a store that does so by itself has nothing to do. */
  readonly sweep: () => Promise<void>;
}
