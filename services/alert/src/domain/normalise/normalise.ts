import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import type { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { namesNobody, uniqueObservables } from '../observables/canonical.ts';
import { documentsOf } from './documents.ts';
import { finishDraft } from './finish-draft.ts';
import { isObject, valuesAt } from './json-path.ts';
import type { NormalisedAlert, NormaliseResult, ReadAlert, RefusedDocument } from './normalised-alert.ts';
import { readDraft } from './read-draft.ts';
import { vendorMappings } from './vendor-mappings.ts';
import type { VendorMapping } from './vendor-mapping.ts';

interface Context {
  /** When the payload arrived: the time of alerts that tell none, and the measure of implausible ones. */
  readonly receivedAt: Date;
}

/** Reads a vendor's own payload: an object, an array, or a text of JSON or NDJSON. Never throws. */
export const normaliseWebhook = (source: WebhookSource, payload: unknown, context: Context): NormaliseResult =>
  normalise(source, vendorMappings[source], payload, context);

/** Reads alerts of any shape by a mapping of the operator's own. Never throws. */
export const normaliseGeneric = (mapping: GenericMapping, payload: unknown, context: Context): NormaliseResult =>
  normalise('generic', { fields: mapping }, payload, context);

function normalise(source: string, mapping: VendorMapping, payload: unknown, context: Context): NormaliseResult {
  const read = documentsOf(payload);
  if (!read.ok) return read;
  const alerts: ReadAlert[] = [];
  const refused: RefusedDocument[] = [];
  let skipped = 0;
  for (const [index, outer] of read.documents.entries()) {
    for (const raw of openDocument(mapping, outer)) {
      const outcome = readDocument(source, mapping, raw, context);
      if (outcome.kind === 'skipped') skipped += 1;
      else if (outcome.kind === 'refused') refused.push({ index, refusal: `[${index}]: ${outcome.refusal}` });
      else alerts.push({ index, alert: outcome.alert, raw });
    }
  }
  const [firstRefused] = refused;
  if (alerts.length === 0 && firstRefused) return { ok: false, refusal: firstRefused.refusal };
  return { ok: true, alerts, refused, skipped };
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
  if (mapping.isAlert?.(raw) === false) return { kind: 'skipped' };
  const plain = readDraft(raw, mapping.fields, receivedAt);
  const draft = mapping.refine ? { ...plain, ...mapping.refine(plain, raw, receivedAt) } : plain;
  const observables = uniqueObservables(draft.observables).filter((observable) => !namesNobody(observable));
  const alert = finishDraft({ ...draft, observables }, source, receivedAt);
  if (alert) return { kind: 'read', alert };
  return { kind: 'refused', refusal: `no title: expected text at ${mapping.fields.title.paths.join(', ')}` };
}
