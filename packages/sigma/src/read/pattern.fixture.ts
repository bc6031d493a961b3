import type { PatternPart } from '../expression.ts';

/** The value that `parsePattern` reads as this pattern. */
export const writePattern = (pattern: readonly PatternPart[]): string =>
  pattern
    .map((part) => {
      if (part.kind === 'any') return '*';
      return part.kind === 'one' ? '?' : part.text.replaceAll(/[\\*?]/g, String.raw`\$&`);
    })
    .join('');
