import { cutDocument, type Passage } from '../../domain/cut-document.ts';
import type { SearchDocument } from '../../domain/search-document.ts';

/**
 * Between what one word is found by: the analyser of the index (`mapping.ts`) sets them at one place. It is a control
 * character, which no lexeme has.
 */
export const SAME_PLACE = '\u0001';

const asText = (passage: Passage): string => passage.map((lexemes) => lexemes.join(SAME_PLACE)).join(' ');

/** What no query asks for: words are cut at white space, and so an identifier with some is found by its words alone. */
const isOneWord = (identifier: string): boolean => !/\s/u.test(identifier);

/** A document as the search server keeps it, in JSON. */
export function toIndexed(document: SearchDocument): string {
  const { tenantId, kind, id, title, severity, status, source, alertId, incidentId, occurredAt, score } = document;
  const cut = cutDocument(document);
  return JSON.stringify({
    tenantId,
    kind,
    id,
    title,
    severity,
    status,
    source,
    alertId,
    incidentId,
    occurredAt,
    score,
    texts: document.texts,
    fields: document.fields,
    titleWords: asText(cut.title),
    // A phrase does not reach from one value to the next.
    words: [cut.title, ...cut.passages].map(asText).concat(cut.identifiers.filter(isOneWord)),
  });
}
