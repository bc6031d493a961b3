import { textsOfObjects } from '../objects-in-text.ts';
import { normaliseDocuments } from './normalise.ts';
import type { NormalisedAlert } from './normalised-alert.ts';
import { documentsOfFormat, type PayloadContext } from './payload-format.ts';
import type { VendorMapping } from './vendor-mapping.ts';

/** An alert beside the text it was read from, as received, and the place (from 0) of its document. */
export interface ReceivedAlert {
  readonly index: number;
  readonly alert: NormalisedAlert;
  readonly text: string;
}

export interface RejectedDocument {
  readonly index: number;
  readonly code: 'alert.malformed' | 'alert.unmappable';
  readonly detail: string;
}

/** What became of a payload: each of its documents is an alert (or several), rejected with a reason, or skipped. */
export interface ReadPayload {
  /** Documents that could be parsed, whatever became of them. */
  readonly documents: number;
  readonly alerts: readonly ReceivedAlert[];
  readonly rejected: readonly RejectedDocument[];
  readonly skipped: number;
}

/** Reads a payload of a source by its mapping. Never throws. */
export function readPayload(
  source: string,
  mapping: VendorMapping,
  body: string,
  context: PayloadContext,
): ReadPayload {
  const { receivedAt } = context;
  const list = documentsOfFormat(mapping.format ?? 'json', body, context);
  const good: { readonly index: number; readonly value: unknown; readonly text: string }[] = [];
  const rejected: RejectedDocument[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const document = list.read(index);
    if (document.ok) good.push({ index, value: document.value, text: document.text });
    else rejected.push({ index, code: 'alert.malformed', detail: document.reason });
  }
  if (good.length === 0) return { documents: 0, alerts: [], rejected, skipped: 0 };

  const values = good.map(({ value }) => value);
  const result = normaliseDocuments(source, mapping, values, { receivedAt });
  const placeOf = (position: number): number => good[position]?.index ?? position;
  const parts = partTexts(good);
  return {
    documents: good.length,
    alerts: result.alerts.map(({ index, alert, raw }) => ({
      index: placeOf(index),
      alert,
      text: parts(index, raw),
    })),
    rejected: [
      ...rejected,
      ...result.refused.map(({ index, refusal }) => ({
        index: placeOf(index),
        code: 'alert.unmappable' as const,
        detail: refusal,
      })),
    ].toSorted((a, b) => a.index - b.index),
    skipped: result.skipped,
  };
}

/** The text of a part of a document: the document's own, the part's within it, or anew where an envelope was taken apart. */
function partTexts(documents: readonly { readonly value: unknown; readonly text: string }[]) {
  const known = new Map<number, ReadonlyMap<unknown, string>>();
  return (position: number, raw: unknown): string => {
    const { value, text } = documents[position] ?? { value: undefined, text: '' };
    if (raw === value) return text;
    const texts = known.get(position) ?? textsOfObjects(text, value);
    known.set(position, texts);
    return texts.get(raw) ?? writtenAnew(raw, text);
  };
}

function writtenAnew(raw: unknown, text: string): string {
  try {
    return JSON.stringify(raw);
  } catch {
    // JSON.stringify ends with the stack where JSON.parse did not; the whole document holds the part too.
    return text;
  }
}
