import { cutDocument, type Passage } from './cut-document.ts';
import type { KeywordField } from './document-fields.ts';
import type { SearchDocument } from './search-document.ts';

/** PostgreSQL keeps 255 places of one lexeme. */
const MAX_PLACES_OF_LEXEME = 255;

export const quoted = (word: string): string => `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/**
 * Fields that change with the work on an alert are columns, for a change of them alone then leaves the entries in the index of
 * the words as they are. `kind` has an index with the time. All others are lexemes among the words, so that one index finds
 * any mixture; a colon before keeps them apart, as no word begins with one.
 */
export const COLUMN_FIELDS = ['kind', 'severity', 'status', 'verdict', 'assignee', 'incident'] as const;
export type ColumnField = (typeof COLUMN_FIELDS)[number];

const columnFields: ReadonlySet<string> = new Set(COLUMN_FIELDS);
export const isColumnField = (field: KeywordField): field is ColumnField => columnFields.has(field);

export const fieldLexeme = (field: KeywordField, value: string): string => `:${field}:${value}`;
/** Of a document that has any value of the field. */
export const presenceLexeme = (field: KeywordField): string => `:${field}`;

/** Of `SearchDocument.fields`, whose keys are the fields. */
const isKeywordField = (_: string): _ is KeywordField => true;

function fieldLexemes({ fields }: Pick<SearchDocument, 'fields'>): readonly string[] {
  return Object.entries(fields).flatMap(([field, values]) =>
    !isKeywordField(field) || isColumnField(field)
      ? []
      : [presenceLexeme(field), ...values.map((value) => fieldLexeme(field, value))],
  );
}

/**
 * A document as the text of a PostgreSQL tsvector. Made here and not by `to_tsvector`: its parser cuts addresses and
 * paths differently by what stands around them, while here a document and a query are always cut alike. Words of the title
 * weigh A.
 */
export function toTsvector(document: Pick<SearchDocument, 'title' | 'texts' | 'identifiers' | 'fields'>): string {
  const { title, passages, identifiers } = cutDocument(document);
  const places = new Map<string, string[]>();
  let place = 0;
  const add = (passage: Passage, weight: string): void => {
    for (const lexemes of passage) {
      place++;
      for (const one of lexemes) {
        const known = places.get(one);
        if (!known) places.set(one, [`${place}${weight}`]);
        else if (known.length < MAX_PLACES_OF_LEXEME) known.push(`${place}${weight}`);
      }
    }
    // A gap, over which no phrase reaches.
    if (passage.length > 0) place++;
  };
  add(title, 'A');
  for (const passage of passages) add(passage, '');
  for (const one of [...identifiers, ...fieldLexemes(document)]) if (!places.has(one)) places.set(one, []);
  return [...places].map(([one, at]) => (at.length === 0 ? quoted(one) : `${quoted(one)}:${at.join(',')}`)).join(' ');
}
