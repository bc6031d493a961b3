import type { StepOutcome } from '@soc/contracts/response/step-executions';
import { MAX_ATTEMPTS } from './effect-progress.ts';
import type { JournalRecord } from './journal.ts';
import { redactBody } from './redact.ts';

/** What became of a request. */
export type Exchange =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** It never left: the connection was refused, the name not found. */
  | { readonly kind: 'not_sent'; readonly detail: string }
  /** It left, or may have, and no answer came. */
  | { readonly kind: 'lost'; readonly detail: string };

export type Settled = Pick<JournalRecord, 'state' | 'outcome' | 'dueAt'>;

export interface SettleContext {
  readonly attempt: number;
  readonly isRepeatable: boolean;
  readonly outArgs: readonly string[];
  readonly now: Date;
  /** 0 to 1, drawn anew for every exchange. */
  readonly jitter: number;
}

const BACKOFF_MS = { first: 1_000, longest: 30_000 };

/** Doubles with every attempt, spread from half to one and a half, so that many runs do not come back at once. */
export const backoffMs = (attempt: number, jitter: number): number =>
  Math.round(Math.min(BACKOFF_MS.first * 2 ** (attempt - 1), BACKOFF_MS.longest) * (0.5 + jitter));

/** Not processed, says the server, whatever the method (RFC 6585 §4, RFC 8470 §5.2). */
const NOT_PROCESSED: ReadonlySet<number> = new Set([425, 429]);

const mayPass = (status: number): boolean => status >= 500 || status === 408 || NOT_PROCESSED.has(status);

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function parsedObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    // An object is all that is asked for; its values stay unknown.
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {}; // no JSON: only status and body can be given back
  }
}

/** Gives `out_args` their values: `__http_status__`, `__http_body__`, or the member of a JSON answer named like the variable. */
function variablesFrom(status: number, body: string, outArgs: readonly string[]): Readonly<Record<string, string>> {
  const members = parsedObject(body);
  const given = outArgs.flatMap((name): [string, string][] => {
    const key = name.slice(2, -2);
    if (key === 'http_status') return [[name, String(status)]];
    if (key === 'http_body') return [[name, body.slice(0, 4_096)]];
    const value = Object.hasOwn(members, key) ? members[key] : undefined;
    return value === undefined || value === null ? [] : [[name, asText(value).slice(0, 4_096)]];
  });
  return Object.fromEntries(given);
}

function settleAnswer(
  { status, body }: Extract<Exchange, { kind: 'answered' }>,
  { isRepeatable, outArgs }: SettleContext,
  again: string | null,
): Settled {
  const variables = variablesFrom(status, body, outArgs);
  const outcome: StepOutcome = {
    detail: `answered ${status}`,
    httpStatus: status,
    ...(body !== '' && { answer: redactBody(body) }),
    ...(Object.keys(variables).length > 0 && { variables }),
  };
  if (status >= 200 && status < 300) return { state: 'succeeded', outcome, dueAt: null };
  const isWorthAnother = mayPass(status) && (isRepeatable || NOT_PROCESSED.has(status));
  return { state: 'failed', outcome, dueAt: isWorthAnother ? again : null };
}

/**
 * What the journal says of an attempt after its exchange. Sent again, after a backoff, is only what cannot do anything
 * twice: a request that never left, and one that is repeatable. Any other whose fate is unknown is left to a person.
 */
export function settleExchange(exchange: Exchange, context: SettleContext): Settled {
  const { attempt, isRepeatable, now, jitter } = context;
  const again = attempt < MAX_ATTEMPTS ? new Date(now.getTime() + backoffMs(attempt, jitter)).toISOString() : null;
  switch (exchange.kind) {
    case 'answered':
      return settleAnswer(exchange, context, again);
    case 'not_sent':
      return { state: 'failed', outcome: { detail: exchange.detail }, dueAt: again };
    case 'lost':
      return isRepeatable && again !== null
        ? { state: 'failed', outcome: { detail: exchange.detail }, dueAt: again }
        : { state: 'uncertain', outcome: { detail: exchange.detail }, dueAt: null };
  }
}
