import type { Alert, AttributedTechnique } from '@soc/contracts';
import { TECHNIQUE_CATALOGUE } from './technique-catalogue.ts';

/** The texts and lists of an alert that speak of techniques. */
export type TechniqueHints = Pick<Alert, 'title' | 'description' | 'ruleName' | 'tactics' | 'techniques' | 'tags'>;

/** What `attribute` answers; techniques come with where they are from. */
export interface Attribution {
  readonly techniques: AttributedTechnique[];
  readonly tactics: string[];
}

const ENTRIES = new Map(TECHNIQUE_CATALOGUE.map((entry) => [entry.id, entry]));

/** A text longer than this says no more about what happened. */
const MAX_TEXT = 4_000;

/** `T1059.001` in its usual spelling; an id that is none is kept as it came. */
const normalId = (id: string): string =>
  /^t\d{4}(?:\.\d{3})?$/i.test(id.trim()) ? id.trim().toUpperCase() : id.trim();

const TECHNIQUE_TAG = /^(?:mitre[._:-])?att[a&]ck[._:-](t\d{4}(?:\.\d{3})?)$/i;
/** Groups, software and mitigations (`attack.g0016`) are no tactics. */
const TACTIC_TAG = /^(?:mitre[._:-])?att[a&]ck[._:-]([a-z][a-z &_-]*[a-z])$/i;

const attributed = (id: string, origin: AttributedTechnique['origin'], evidence: string): AttributedTechnique => ({
  id,
  name: ENTRIES.get(id)?.name ?? null,
  origin,
  evidence,
});

interface PhraseRule {
  readonly id: string;
  readonly phrase: string;
}

/** The phrases by their first two letters: a word is compared with a handful of them instead of with all. */
const PHRASES = Map.groupBy(
  TECHNIQUE_CATALOGUE.flatMap(({ id, phrases }) => phrases.map((phrase): PhraseRule => ({ id, phrase }))),
  ({ phrase }) => phrase.slice(0, 2),
);

/** Words with single spaces between and around, so that a phrase is found where a word begins. */
const asWords = (text: string): string => ` ${text.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ')} `;

function byKeyword({ title, description, ruleName }: TechniqueHints): readonly AttributedTechnique[] {
  const words = asWords(`${title} ${ruleName ?? ''} ${description ?? ''}`.slice(0, MAX_TEXT));
  const found = new Map<string, string>();
  for (let space = 0; space !== -1; space = words.indexOf(' ', space + 1)) {
    const start = space + 1;
    for (const { id, phrase } of PHRASES.get(words.slice(start, start + 2)) ?? []) {
      if (words.startsWith(phrase, start) && !found.has(id)) found.set(id, phrase.trim());
    }
  }
  return [...found].map(([id, phrase]) => attributed(id, 'keyword', `the text says “${phrase}”`));
}

const normalTactic = (tactic: string): string => tactic.trim().toLowerCase().replaceAll(/[ _]+/g, '-');

/** The first of each id: what the source says outweighs a tag, and a tag a keyword. */
function firstOfEach(techniques: readonly AttributedTechnique[]): AttributedTechnique[] {
  const first = new Map<string, AttributedTechnique>();
  for (const technique of techniques) if (!first.has(technique.id)) first.set(technique.id, technique);
  return [...first.values()];
}

/**
 * The techniques an alert speaks of, each with where that comes from, and its tactics: those named, those tagged, those of
 * known techniques. Ids and names that no catalogue knows are kept: the source may be ahead of it.
 */
export function attribute(hints: TechniqueHints): Attribution {
  const named = hints.techniques.map((id) => attributed(normalId(id), 'source', `the source names ${id}`));
  const tagged = hints.tags.flatMap((tag) => {
    const id = TECHNIQUE_TAG.exec(tag.trim())?.[1];
    return id === undefined ? [] : [attributed(normalId(id), 'tag', `tagged ${tag}`)];
  });
  const techniques = firstOfEach([...named, ...tagged, ...byKeyword(hints)].filter(({ id }) => id !== ''));
  const tactics = [
    ...hints.tactics,
    ...hints.tags.flatMap((tag) => TACTIC_TAG.exec(tag.trim())?.[1] ?? []),
    ...techniques.flatMap(({ id }) => ENTRIES.get(id)?.tactic ?? []),
  ];
  return { techniques, tactics: [...new Set(tactics.map(normalTactic))].filter(Boolean) };
}

/**
 * The techniques and tactics of an alert once its attribution is added to those it has, each once, what it has first. What is
 * added to an alert that has its attribution already is nothing.
 */
export function withAttribution(hints: TechniqueHints): Pick<Alert, 'techniques' | 'tactics'> {
  const { techniques, tactics } = attribute(hints);
  return {
    techniques: [...new Set([...hints.techniques, ...techniques.map(({ id }) => id)])],
    tactics: [...new Set([...hints.tactics, ...tactics])],
  };
}
