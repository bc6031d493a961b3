import type { ServiceName } from '@soc/contracts';
import { type Balancing, chooseInstance, isServing } from '../domain/choose-instance.ts';
import { type Outcome, retryOf } from '../domain/outcome.ts';
import { mayEject, type OutlierReason } from '../domain/outlier.ts';
import { attemptWithin } from './attempt.ts';
import { type Breaker, type BreakerSettings, type BreakerState, createBreaker } from './breaker.ts';
import type { AnswerSink } from './exchange.ts';
import { repeatableOf, type UpstreamRequest } from './forward.ts';
import { createInstance, type Instance, type InstanceSettings } from './instance.ts';
import type { Place } from './places.ts';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';

/** How a request ended. */
export interface Delivery {
  readonly outcome: Outcome;
}

const NOBODY_ASKED: Delivery = { outcome: { kind: 'unreachable', reason: 'nobody may be asked' } };

export interface ServiceSettings {
  readonly balancing: Balancing;
  readonly retryPercent: number;
  readonly instance: InstanceSettings;
  readonly serviceBreaker: BreakerSettings;
}

/** Hears of what happens on the way to instances, for the metrics. */
export interface UpstreamWatch {
  readonly onBreaker: (service: ServiceName, of: 'instance' | 'service', state: BreakerState) => void;
  readonly onEjection: (service: ServiceName, reason: OutlierReason) => void;
  readonly onRetry: (service: ServiceName, because: 'unreachable' | 'broken' | 'silent') => void;
  readonly onRetryRefused: (service: ServiceName) => void;
}

/** The instances of one service, and the balance among them. */
export interface ServiceUpstream {
  readonly service: ServiceName;
  readonly breaker: Breaker;
  readonly instances: () => readonly Instance[];
  /** The next instance, of those not in `except`; undefined when none can be asked now. */
  readonly choose: (except?: readonly Instance[]) => Instance | undefined;
  /** Sends a request to an instance, and on to others where that is safe. `delivered` is called once, when it is counted. */
  readonly deliver: (request: UpstreamRequest, sink: AnswerSink, delivered: (delivery: Delivery) => void) => void;
  /** Settings and instances from now on; instances that are still there go on; all do without `places`. */
  readonly update: (settings: ServiceSettings, places: readonly Place[] | undefined) => void;
  readonly close: () => Promise<void>;
}

/** Beyond this a request is more likely to be the trouble than the instances are. */
const MAX_ATTEMPTS = 3;

/** What is under way at an instance that is gone may go on for so long: a large download, an event stream. */
const FINISH_WITHIN_MS = 600_000;

export function createServiceUpstream(
  service: ServiceName,
  first: ServiceSettings,
  watch: UpstreamWatch,
): ServiceUpstream {
  let settings = first;
  let instances: readonly Instance[] = [];
  const retiring = new Set<Instance>();
  const breaker = createBreaker(first.serviceBreaker, (state) => watch.onBreaker(service, 'service', state));
  const budget = createRetryBudget(() => settings.retryPercent);
  let turn = 0;

  const choose: ServiceUpstream['choose'] = (except) => {
    const chosen = chooseInstance(instances, { balancing: settings.balancing, turn, random: Math.random }, except);
    // Goes on behind the one chosen, so that who follows one that is left out does not get its requests as well.
    if (chosen) turn = instances.indexOf(chosen) + 1;
    return chosen;
  };

  const ejectIfAllowed = (instance: Instance, reason: OutlierReason): void => {
    const others = instances.filter((other) => other !== instance);
    const counts = {
      instances: instances.length,
      ejected: others.filter(({ isEjected }) => isEjected).length,
      otherServing: others.filter(isServing).length,
    };
    if (!mayEject(counts, settings.instance.ejection)) return;
    instance.eject();
    watch.onEjection(service, reason);
  };

  /** What waits for one that fell silent has waited long enough; it costs each request one repetition, once. */
  const moveOn = (instance: Instance): void => {
    if (!instances.some((other) => other !== instance && isServing(other))) return;
    for (const exchange of instance.waiting.all()) exchange.leaveBehind();
  };

  const again = (outcome: Outcome, request: UpstreamRequest, tried: readonly Instance[]) => {
    const where = retryOf(outcome, repeatableOf(request));
    if (where === 'nowhere' || tried.length >= MAX_ATTEMPTS) return undefined;
    const [only] = tried.length === 1 && where === 'anywhere' ? tried : [];
    const next = choose(tried) ?? (only?.admits === true && !only.isDraining ? only : undefined);
    if (!next) return undefined;
    // What nobody took is no more work for anybody, and who is silent does none.
    if (where === 'anywhere' && !budget.withdraw()) {
      watch.onRetryRefused(service);
      return undefined;
    }
    watch.onRetry(service, outcome.kind === 'broken' || outcome.kind === 'silent' ? outcome.kind : 'unreachable');
    return next;
  };

  const placed = ({ name, url }: Place): Instance => {
    const known = instances.find((instance) => instance.url === url);
    known?.rename(name);
    known?.configure(settings.instance);
    if (known) return known;
    // Where there are others, a newcomer proves itself before it is sent anything.
    const isProven = instances.length === 0;
    const joined = createInstance({ service, name, url, isProven }, settings.instance, {
      onBreaker: (state) => watch.onBreaker(service, 'instance', state),
      onOutlier: ejectIfAllowed,
      onSilence: moveOn,
    });
    if (!isProven) void joined.probe();
    return joined;
  };

  return {
    service,
    breaker,
    instances: () => instances,
    choose,
    deliver: createDeliver({ breaker, budget, choose, again }),
    update: (next, places) => {
      settings = next;
      breaker.configure(next.serviceBreaker);
      const before = instances;
      instances = (places ?? before.map(({ name, url }) => ({ name, url }))).map(placed);
      for (const gone of before.filter((instance) => !instances.includes(instance))) {
        retiring.add(gone);
        void gone.retire(FINISH_WITHIN_MS).then(() => retiring.delete(gone));
      }
    },
    close: async () => {
      breaker.close();
      await Promise.all([...instances, ...retiring].map((instance) => instance.close()));
    },
  };
}

/** Sends requests to instances one after the other for as long as `again` names a next one, and has each told of once. */
function createDeliver(parts: {
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
  readonly choose: () => Instance | undefined;
  readonly again: (outcome: Outcome, request: UpstreamRequest, tried: readonly Instance[]) => Instance | undefined;
}): ServiceUpstream['deliver'] {
  const { breaker, budget, choose, again } = parts;
  return (request, sink, delivered) => {
    const start = breaker.admits() ? choose() : undefined;
    if (!start) return delivered(NOBODY_ASKED);
    budget.deposit();
    const settle = breaker.begin();
    const tried = [start];
    const conclude = (outcome: Outcome): void => {
      const next = outcome.kind === 'answered' ? undefined : again(outcome, request, tried);
      if (next) {
        tried.push(next);
        sink.asked.push(next.name);
        return attemptWithin(next, request, sink, ended);
      }
      const delivery = { outcome };
      const settling = settle(outcome);
      if (settling) settling.then(() => delivered(delivery)).catch(sink.fail);
      else delivered(delivery);
    };
    const ended = (outcome: Outcome): void => {
      try {
        conclude(outcome);
      } catch (error) {
        // Undici, which calls this, would take it for a fault of the connection.
        sink.fail(error);
      }
    };
    sink.asked.push(start.name);
    attemptWithin(start, request, sink, ended);
  };
}
