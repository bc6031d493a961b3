import type { AuditFact } from '@soc/contracts';

/** A fact with what its event says beside it. */
export interface TenantFact {
  readonly fact: AuditFact;
  readonly tenantId: string;
  readonly correlationId: string;
}

/** Refusals, of which those that repeat are counted: a flood of them must not fill the trail. */
export interface RepeatedRefusals {
  /** Whether this one is to be recorded by itself; the same again within ten seconds is not. */
  readonly isFirst: (refusal: TenantFact) => boolean;
  readonly start: () => void;
  /** Tells what has been counted. */
  readonly stop: () => void;
}

const WINDOW_MS = 10_000;
/** More kinds than these within a window are counted together, whoever they come from. */
const MAX_KINDS = 5_000;

interface Counted {
  readonly refusal: TenantFact;
  repeated: number;
}

/** Nothing of who did it, and to what. */
const withoutCaller = ({ fact, ...rest }: TenantFact): TenantFact => ({
  ...rest,
  fact: {
    action: fact.action,
    outcome: fact.outcome,
    actor: { kind: 'anonymous' },
    ...(fact.reason !== undefined && { reason: fact.reason }),
  },
});

/** Tells `record` of a kind that was repeated, once in ten seconds: the same fact, with the number in its details. */
export function createRepeatedRefusals(record: (refusal: TenantFact) => void): RepeatedRefusals {
  let kinds = new Map<string, Counted>();
  let timer: NodeJS.Timeout | undefined;

  const tell = (): void => {
    const told = kinds;
    kinds = new Map();
    for (const { refusal, repeated } of told.values()) {
      if (repeated === 0) continue;
      record({ ...refusal, fact: { ...refusal.fact, details: { ...refusal.fact.details, repeated } } });
    }
  };
  const kindOf = ({ fact, tenantId }: TenantFact): string => JSON.stringify([tenantId, fact]);
  const count = (refusal: TenantFact): boolean => {
    const kind = kindOf(refusal);
    const known = kinds.get(kind);
    if (known) known.repeated += 1;
    else kinds.set(kind, { refusal, repeated: 0 });
    return !known;
  };

  return {
    isFirst: (refusal) => {
      const isNewKind = kinds.size >= MAX_KINDS && !kinds.has(kindOf(refusal));
      return count(isNewKind ? withoutCaller(refusal) : refusal);
    },
    start: () => {
      timer = setInterval(tell, WINDOW_MS);
      timer.unref();
    },
    stop: () => {
      clearInterval(timer);
      tell();
    },
  };
}
