import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import type { AlertDraft } from './alert-draft.ts';
import type { JsonObject } from './json-path.ts';
import type { PayloadFormat } from './payload-format.ts';

/** How a vendor's payloads are read: paths where paths can say it, a small function where they cannot. */
export interface VendorMapping {
  readonly fields: GenericMapping;
  /** How the payload is written; JSON or NDJSON when absent. */
  readonly format?: PayloadFormat;
  /** Grows with every change of the mapping; 1 when absent. */
  readonly version?: number;
  /** Opens an envelope that `fields.list` cannot: the documents inside, one alert each. */
  readonly open?: (document: JsonObject) => readonly unknown[];
  /** Whether the document is an alert at all, where the vendor sends other things on the same way. */
  readonly isAlert?: (document: JsonObject) => boolean;
  /** What paths cannot say: replaces parts of the draft. */
  readonly refine?: (draft: AlertDraft, document: JsonObject, receivedAt: Date) => Partial<AlertDraft>;
}
