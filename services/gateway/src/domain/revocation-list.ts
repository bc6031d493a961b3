import type { Revocation } from '@soc/contracts/auth/revocations';

/** What revocations are judged by. */
export interface Revocable {
  readonly kind: 'user' | 'api_key' | 'service';
  readonly subject: string;
  readonly sessionId?: string;
  readonly makerId?: string;
}

/** The revocations that tokens may still fall under. */
export interface RevocationList {
  /** Whether it voids more than those before it. */
  readonly add: (revocation: Pick<Revocation, 'kind' | 'subject' | 'before'>) => boolean;
  /** Whether a token of a principal is void. */
  readonly isRevoked: (principal: Revocable, issuedAtMs: number) => boolean;
  /** Drops those that no living token can be older than. */
  readonly prune: (nowMs: number) => void;
  readonly size: () => number;
}

const nameOf = (kind: Revocation['kind'], subject: string): string => `${kind}:${subject}`;

/** The names under which a principal can be revoked: a key goes with who made it. */
function namesOf({ kind, subject, sessionId, makerId }: Revocable): readonly string[] {
  const names: string[] = [];
  if (kind === 'user') names.push(nameOf('user', subject));
  if (kind === 'api_key') names.push(nameOf('api_key', subject));
  if (makerId !== undefined) names.push(nameOf('user', makerId));
  if (sessionId !== undefined) names.push(nameOf('session', sessionId));
  return names;
}

/** Whether a revocation speaks of a principal, whenever its token was issued. */
export const concerns = ({ kind, subject }: Pick<Revocation, 'kind' | 'subject'>, principal: Revocable): boolean =>
  namesOf(principal).includes(nameOf(kind, subject));

/** `keepMs` is the longest that a token lives: an older revocation has outlived all that it voided. */
export function createRevocationList(keepMs: number): RevocationList {
  /** When the latest revocation of a name took effect. */
  const beforeMs = new Map<string, number>();
  return {
    add: ({ kind, subject, before }) => {
      const name = nameOf(kind, subject);
      const atMs = Date.parse(before);
      if (atMs <= (beforeMs.get(name) ?? 0)) return false;
      beforeMs.set(name, atMs);
      return true;
    },
    isRevoked: (principal, issuedAtMs) =>
      beforeMs.size > 0 && namesOf(principal).some((name) => issuedAtMs < (beforeMs.get(name) ?? 0)),
    prune: (nowMs) => {
      for (const [name, before] of beforeMs) if (before + keepMs < nowMs) beforeMs.delete(name);
    },
    size: () => beforeMs.size,
  };
}
