import { createTally, type OperationSource, type SlowOperation, type Tally } from '@soc/monitoring';
import type { Node } from './node.ts';
import type { KnownStatement } from './statement.ts';

const REMEMBERED = 200;

/** How the statements of this process do, and which of them were slow. No values are kept. */
export interface StatementLog extends OperationSource {
  /** The tally of a statement; keep it, so that recording looks nothing up. */
  readonly tallyOf: (statement: KnownStatement) => Tally;
  /** Remembers a run when it took the threshold or longer; true when it did. */
  readonly note: (node: Node, statement: KnownStatement, tookMs: number, failed: boolean) => boolean;
}

export function createStatementLog(nodes: readonly Node[], thresholdMs: number): StatementLog {
  const tallies = new Map<string, Tally>();
  const remembered: SlowOperation[] = [];
  const plans = new Map<string, Promise<string>>();

  const explainOn = (node: Node, text: string): Promise<string> => {
    const key = `${node.name} ${text}`;
    // The same statement is often slow many times; one answer serves all who ask at the same time.
    const found = plans.get(key);
    if (found) return found;
    const plan = node.explain(text).finally(() => plans.delete(key));
    plans.set(key, plan);
    return plan;
  };

  return {
    tallyOf: ({ label }) => {
      const tally = tallies.get(label) ?? createTally();
      tallies.set(label, tally);
      return tally;
    },
    note: (node, { label, text }, tookMs, failed) => {
      if (tookMs < thresholdMs) return false;
      const at = new Date().toISOString();
      remembered.push({ operation: label, durationS: tookMs / 1000, at, failed, node: node.name, statement: text });
      if (remembered.length > REMEMBERED) remembered.shift();
      return true;
    },
    summaries: () => [...tallies].map(([operation, tally]) => ({ operation, ...tally.summary() })),
    slow: () => remembered.toReversed(),
    explain: async ({ node: name, statement }) => {
      const node = nodes.find((one) => one.name === name);
      return node && statement !== undefined ? explainOn(node, statement) : undefined;
    },
  };
}
