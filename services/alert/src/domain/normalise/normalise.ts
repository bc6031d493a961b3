import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import type { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { namesNobody, uniqueObservables } from '../observables/canonical.ts';
import { documentsOf, parseJson } from './documents.ts';
import { finishDraft } from './finish-draft.ts';
import { isObject, type JsonObject, textsAt, valuesAt } from './json-path.ts';
import type {
  NormalisedAlert,
  NormalisedDocuments,
  NormaliseResult,
  ReadAlert,
  RefusedDocument,
} from './normalised-alert.ts';
import { meetsConditions, readDraft } from './read-draft.ts';
import { vendorMappings } from './vendor-mappings.ts';
import type { VendorMapping } from './vendor-mapping.ts';

interface Context {
  /** When the payload arrived: the time of alerts that tell none, and the measure of implausible ones. */
  readonly receivedAt: Date;
}

/** Reads a vendor's own payload: an object, an array, or a text of JSON or NDJSON. Never throws. */
export const normaliseWebhook = (source: WebhookSource, payload: unknown, context: Context): NormaliseResult =>
  normaliseBy(source, vendorMappings[source], payload, context);

/** Reads alerts of any shape by a mapping of the operator's own. Never throws. */
export const normaliseGeneric = (mapping: GenericMapping, payload: unknown, context: Context): NormaliseResult =>
  normaliseBy('generic', { fields: mapping }, payload, context);

function normaliseBy(source: string, mapping: VendorMapping, payload: unknown, context: Context): NormaliseResult {
  const read = documentsOf(payload);
  if (!read.ok) return read;
  const result = normaliseDocuments(source, mapping, read.documents, context);
  const [firstRefused] = result.refused;
  if (result.alerts.length === 0 && firstRefused) return { ok: false, refusal: firstRefused.refusal };
  return { ok: true, ...result };
}

/** Reads documents of any source by its mapping; each is an alert or several, refused or skipped. Never throws. */
export function normaliseDocuments(
  source: string,
  mapping: VendorMapping,
  documents: readonly unknown[],
  context: Context,
): NormalisedDocuments {
  const alerts: ReadAlert[] = [];
  const refused: RefusedDocument[] = [];
  let skipped = 0;
  for (const [index, outer] of documents.entries()) {
    for (const raw of openDocument(mapping, outer)) {
      const outcome = readDocument(source, mapping, raw, context);
      if (outcome.kind === 'skipped') skipped += 1;
      else if (outcome.kind === 'refused') refused.push({ index, refusal: `[${index}]: ${outcome.refusal}` });
      else alerts.push({ index, alert: outcome.alert, raw });
    }
  }
  return { alerts, refused, skipped };
}

/** The documents inside an envelope; one that is none, or holds nothing, stands for itself. */
function openDocument({ open, fields }: VendorMapping, outer: unknown): readonly unknown[] {
  if (!isObject(outer)) return [outer];
  const inside = open?.(outer) ?? (fields.list === undefined ? [] : valuesAt(outer, fields.list));
  return inside.length === 0 ? [outer] : inside;
}

type Outcome =
  | { readonly kind: 'read'; readonly alert: NormalisedAlert }
  | { readonly kind: 'refused'; readonly refusal: string }
  | { readonly kind: 'skipped' };

function readDocument(source: string, mapping: VendorMapping, raw: unknown, { receivedAt }: Context): Outcome {
  if (!isObject(raw)) return { kind: 'refused', refusal: 'must be an object' };
  const document = withEmbedded(raw, mapping.fields.embedded);
  if (mapping.isAlert?.(document) === false || !meetsConditions(document, mapping.fields)) return { kind: 'skipped' };
  const plain = readDraft(document, mapping.fields, receivedAt);
  const draft = mapping.refine ? { ...plain, ...mapping.refine(plain, document, receivedAt) } : plain;
  const observables = uniqueObservables(draft.observables).filter((observable) => !namesNobody(observable));
  const alert = finishDraft({ ...draft, observables }, source, receivedAt);
  if (alert) return { kind: 'read', alert };
  return { kind: 'refused', refusal: `no title: expected text at ${mapping.fields.title.paths.join(', ')}` };
}

/** The document with the JSON that one of its texts holds. */
function withEmbedded(document: JsonObject, paths: readonly string[] = []): JsonObject {
  for (const text of textsAt(document, paths)) {
    const parsed = parseJson(text);
    if (parsed.ok && isObject(parsed.value)) return { ...document, embedded: parsed.value };
  }
  return document;
}
