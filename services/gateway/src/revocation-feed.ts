import { ListRevocations, type Revocation } from '@soc/contracts/auth/revocations';
import type { HealthCheck } from '@soc/monitoring';
import type { EdgePlatform, Worker } from '@soc/service-kit';
import type { AuthClient } from './auth-client.ts';
import type { ServiceToken } from './service-token.ts';

/** Follows what auth revokes. */
export interface RevocationFeed extends Worker {
  /** Seconds since auth was last heard; infinite before the first time. */
  readonly ageS: () => number;
  /** Whether auth has told everything there was, once. */
  readonly wasHeard: () => boolean;
  readonly check: HealthCheck;
}

const PAGE_ITEMS = 1_000;
/** Older than this, and somebody may be revoked whom this gateway does not know of. */
const FRESH_FOR_S = 5;

/**
 * Asks auth every `everyMs` what it revoked since the last time; everything there is, the first time. While auth is away
 * nothing is learnt, and nothing can be revoked either, since auth is who revokes.
 */
export function createRevocationFeed(options: {
  readonly auth: AuthClient;
  readonly serviceToken: ServiceToken;
  readonly everyMs: number;
  /** Called with every page, empty ones as well; one revocation may come more than once. */
  readonly onHeard: (revocations: readonly Revocation[]) => void;
  readonly log: EdgePlatform<unknown>['log'];
}): RevocationFeed {
  const { auth, serviceToken, everyMs, onHeard, log } = options;
  let cursor: string | undefined;
  let heardAt = Number.NEGATIVE_INFINITY;
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | undefined;
  let isStopped = false;

  const ask = async (isSecondTry = false): Promise<readonly Revocation[]> => {
    const query = { limit: String(PAGE_ITEMS), ...(cursor !== undefined && { after: cursor }) };
    const { status, body } = await auth.call(ListRevocations, { query, token: await serviceToken.get() });
    if (status !== 200) {
      serviceToken.forget();
      if (status === 401 && !isSecondTry) return ask(true);
      throw new Error(`the feed of revocations is answered with ${status}`);
    }
    const { items, nextCursor } = auth.read(ListRevocations.responses[200], body);
    cursor = nextCursor;
    return items;
  };

  const poll = async (): Promise<void> => {
    const startedAt = performance.now();
    let items: readonly Revocation[];
    do {
      items = await ask();
      onHeard(items);
    } while (items.length === PAGE_ITEMS);
    heardAt = startedAt;
  };

  const pollSafely = async (): Promise<void> => {
    try {
      await poll();
      if (isFailing) log.info({}, 'revocations are heard of again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, 'revocations are not heard of');
      isFailing = true;
    }
  };

  const pollAgain = (): void => {
    if (isStopped) return;
    timer = setTimeout(() => {
      polling = pollSafely().then(pollAgain);
    }, everyMs);
    timer.unref();
  };

  const ageS = (): number => (performance.now() - heardAt) / 1000;
  const wasHeard = (): boolean => Number.isFinite(heardAt);
  return {
    ageS,
    wasHeard,
    check: {
      critical: false,
      run: () => {
        const age = ageS();
        if (age <= FRESH_FOR_S) return Promise.resolve({ ageS: Math.round(age * 10) / 10 });
        return Promise.reject(new Error(wasHeard() ? `last heard ${Math.round(age)} s ago` : 'never heard'));
      },
    },
    // The first time is waited for, so that a gateway listens to everybody at once where auth answers.
    start: async () => {
      await pollSafely();
      pollAgain();
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await polling;
    },
  };
}
