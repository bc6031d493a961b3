/** What a reader gives up at, so that a file made to hurt costs little. All are far beyond what people write. */
export const readingLimits = {
  /** Characters of one file; the longest of SigmaHQ's has 30,000. The YAML reader takes up to 17 µs for one. */
  fileChars: 1_000_000,
  /** Maps, lists and scalars of one document once its aliases stand for what they name. */
  nodes: 100_000,
  depth: 50,
  /** Documents of one file. */
  documents: 5_000,
  conditionChars: 20_000,
  conditionDepth: 100,
  valueChars: 20_000,
  /** Of one rule: tests, after what modifiers and placeholders make of values, and searches its conditions look through. */
  ruleSteps: 100_000,
  /** Correlations that count correlations that count … */
  correlationDepth: 50,
  reasonChars: 500,
} as const;
