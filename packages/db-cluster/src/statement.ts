import { createHash } from 'node:crypto';
import type { SqlStatement } from './sql.ts';

/** What is kept of a statement text. */
export interface KnownStatement {
  readonly text: string;
  /** Under which a session prepares it once; absent for texts beyond the bound, which are parsed each time. */
  readonly preparedName: string | undefined;
  /** A short name for people and metrics. */
  readonly label: string;
}

const MAX_KNOWN = 500;
/** What is beyond the bound shares one name: metrics must not grow with the texts. */
const OTHER = 'other';

/** Remembers statement texts: each session then parses and plans a text once, and each text has one name in the metrics. */
export function createStatementBook(): (statement: SqlStatement, name?: string) => KnownStatement {
  const known = new Map<string, KnownStatement>();
  return ({ text }, name) => {
    const found = known.get(text);
    if (found) return found;
    const isFull = known.size >= MAX_KNOWN;
    const statement: KnownStatement = {
      text,
      preparedName: isFull ? undefined : createHash('sha1').update(text).digest('base64url'),
      label: isFull ? OTHER : (name ?? labelOf(text)),
    };
    if (!isFull) known.set(text, statement);
    return statement;
  };
}

const LEADING_COMMENT = /^\s*\/\*\s*([\w .:/-]{1,80}?)\s*\*\//;
const VERB = /^\s*(?:with\b[\s\S]*?\)\s*(?=(?:select|insert|update|delete|merge)\b))?\s*([a-z]+)/i;
const TARGET = /\b(?:from|into|update|table|join)\s+(?:only\s+)?("?[a-z_][\w]*"?(?:\."?[a-z_][\w]*"?)?)/i;

/** The name in a leading comment, or else the verb and the first table: `select alert.alerts`. */
export function labelOf(text: string): string {
  const given = LEADING_COMMENT.exec(text)?.[1];
  if (given !== undefined) return given;
  const verb = (VERB.exec(text)?.[1] ?? 'statement').toLowerCase();
  const target = TARGET.exec(text)?.[1]?.replaceAll('"', '');
  return target === undefined ? verb : `${verb} ${target}`;
}
