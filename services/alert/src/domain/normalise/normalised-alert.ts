import type { Observable, Severity } from '@soc/contracts';

/** An alert in the fleet's own terms, before it has an id, a tenant or a place in the database. */
export interface NormalisedAlert {
  /** 1–500 characters. */
  readonly title: string;
  /** At most 8,000 characters. */
  readonly description: string | null;
  readonly severity: Severity;
  readonly source: string;
  readonly ruleId: string | null;
  readonly ruleName: string | null;
  readonly externalId: string | null;
  /** Canonical, unique, at most 100. */
  readonly observables: readonly Observable[];
  /** ATT&CK short names such as `initial-access` where they are known; others as they came. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly tags: readonly string[];
  /** RFC 3339 UTC with milliseconds, by the source's clock; the time of receipt where the source tells none. */
  readonly occurredAt: string;
  /** The source says it is over. */
  readonly resolved: boolean;
  /** Rule and main entities, in the order the mapping names them; never a time or a counter. */
  readonly fingerprintParts: readonly string[];
}

/** An alert beside the part of the payload it was read from, and the place (from 0) of its document. */
export interface ReadAlert {
  readonly index: number;
  readonly alert: NormalisedAlert;
  readonly raw: unknown;
}

/** A document of the payload that could not be read: its place (from 0) and what is wrong, naming the field. */
export interface RefusedDocument {
  readonly index: number;
  readonly refusal: string;
}

/** What became of the documents of a payload. */
export interface NormalisedDocuments {
  readonly alerts: readonly ReadAlert[];
  readonly refused: readonly RefusedDocument[];
  readonly skipped: number;
}

/**
 * What became of a payload. One bad document does not cost the good ones beside it; a payload is refused as a whole when
 * nothing in it could be read. `skipped` counts documents that are no alerts, such as flow records among EVE alerts.
 */
export type NormaliseResult =
  | (NormalisedDocuments & { readonly ok: true })
  | { readonly ok: false; readonly refusal: string };
