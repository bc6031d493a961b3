import { createHash } from 'node:crypto';
import { SearchField } from '@soc/contracts/storage/search';
import { SAME_PLACE } from './index-document.ts';

const keyword = { type: 'keyword' };
/** Shown with a hit, never asked for. */
const shown = { type: 'keyword', index: false, doc_values: false };
const words = {
  type: 'text',
  norms: false,
  analyzer: 'cut',
  search_analyzer: 'cut_query',
  position_increment_gap: 100,
};

const OWN_FIELDS: ReadonlySet<SearchField> = new Set(['title', 'score', 'occurredAt']);
const keywordFields = SearchField.options.filter((field) => !OWN_FIELDS.has(field));

/** Longer than what any word can be found by together. */
const MAX_TOKEN_CHARS = 1_000_000;

/** How documents lie in an index. Nothing is analysed but what `cutDocument` has cut: both adapters find the same. */
const MAPPING = {
  settings: {
    number_of_shards: 1,
    auto_expand_replicas: '0-1',
    refresh_interval: '1s',
    analysis: {
      tokenizer: { words: { type: 'whitespace', max_token_length: MAX_TOKEN_CHARS } },
      filter: {
        same_place: { type: 'pattern_capture', preserve_original: false, patterns: [`([^${SAME_PLACE}]+)`] },
      },
      analyzer: {
        cut: { type: 'custom', tokenizer: 'words', filter: ['same_place'] },
        cut_query: { type: 'custom', tokenizer: 'words' },
      },
    },
  },
  mappings: {
    dynamic: false,
    properties: {
      tenantId: keyword,
      kind: keyword,
      id: keyword,
      occurredAt: { type: 'date', format: 'strict_date_optional_time' },
      score: { type: 'short' },
      title: shown,
      severity: shown,
      status: shown,
      source: shown,
      alertId: shown,
      incidentId: shown,
      texts: shown,
      titleWords: words,
      words,
      fields: { properties: Object.fromEntries(keywordFields.map((field) => [field, keyword])) },
    },
  },
} as const;

/** A mapping and a name for it, which changes with it: an index made by another is copied into a new one. */
export interface IndexMapping {
  readonly name: string;
  readonly settings: object;
  readonly mappings: object;
}

const nameOf = (mapping: object): string =>
  createHash('sha256').update(JSON.stringify(mapping)).digest('hex').slice(0, 8);

export const indexMapping: IndexMapping = { name: nameOf(MAPPING), ...MAPPING };
