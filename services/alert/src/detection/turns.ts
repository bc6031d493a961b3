import { tooManyRequests } from '@soc/service-kit';

interface TurnLimits {
  /** How much is done at a time, and how much of it for one tenant. */
  readonly atOnce: number;
  readonly ofTenant: number;
  /** What may wait, of all tenants and of one. */
  readonly waiting: number;
  readonly waitingOfTenant: number;
}

interface Waiting {
  readonly tenantId: string;
  readonly begin: () => void;
}

const RETRY_AFTER_S = 10;

/** Does work for a tenant when it is its turn. Refuses with 429 where too much waits already. */
export type Turns = <Result>(tenantId: string, work: () => Promise<Result>) => Promise<Result>;

/** Bounds costly work, so that one tenant's neither takes the machine nor all the turns of the others. */
export function createTurns(limits: TurnLimits): Turns {
  const running = new Map<string, number>();
  const queue: Waiting[] = [];
  let total = 0;
  const runningOf = (tenantId: string): number => running.get(tenantId) ?? 0;
  const mayBegin = (tenantId: string): boolean => total < limits.atOnce && runningOf(tenantId) < limits.ofTenant;
  const take = (tenantId: string): void => {
    total += 1;
    running.set(tenantId, runningOf(tenantId) + 1);
  };
  const give = (tenantId: string): void => {
    total -= 1;
    const left = runningOf(tenantId) - 1;
    if (left > 0) running.set(tenantId, left);
    else running.delete(tenantId);
    const next = queue.findIndex((waiting) => mayBegin(waiting.tenantId));
    const [begun] = next === -1 ? [] : queue.splice(next, 1);
    if (!begun) return;
    take(begun.tenantId);
    begun.begin();
  };
  const turnOf = async (tenantId: string): Promise<void> => {
    if (mayBegin(tenantId)) return take(tenantId);
    const ofTenant = queue.filter((waiting) => waiting.tenantId === tenantId).length;
    if (queue.length >= limits.waiting || ofTenant >= limits.waitingOfTenant) {
      throw tooManyRequests('rule.busy', 'too much of this kind is under way already', RETRY_AFTER_S);
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    queue.push({ tenantId, begin: () => resolve(undefined) });
    await promise;
  };
  return async (tenantId, work) => {
    await turnOf(tenantId);
    try {
      return await work();
    } finally {
      give(tenantId);
    }
  };
}
