/** `text` as PostgreSQL stores it (no NUL, no half of a surrogate pair) and no longer than `limit` characters. */
export function cappedText(text: string, limit: number): string {
  const clean = text.replaceAll('\0', '').toWellFormed();
  if (clean.length <= limit) return clean;
  // A pair cut in two leaves a lone half, which the slice must not end with.
  return `${clean.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Like `cappedText`; null for what is absent or blank. */
export function cappedTextOrNull(text: string | null, limit: number): string | null {
  if (text === null) return null;
  const capped = cappedText(text, limit);
  return capped.trim() === '' ? null : capped;
}

/** Unique, capped, not blank: a list such as tags. */
export function cappedTexts(
  texts: readonly string[],
  limits: { items: number; characters: number },
): readonly string[] {
  const kept = new Set<string>();
  for (const text of texts) {
    if (kept.size === limits.items) break;
    const capped = cappedTextOrNull(text.trim(), limits.characters);
    if (capped !== null) kept.add(capped);
  }
  return [...kept];
}
