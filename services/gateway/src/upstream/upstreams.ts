import { ServiceName } from '@soc/contracts';
import { chooseInstance } from '../domain/choose-instance.ts';
import { type Outcome, retryOf } from '../domain/outcome.ts';
import { type AnswerSink, forward, type UpstreamRequest } from './forward.ts';
import { createInstance, type Instance, type InstanceSettings } from './instance.ts';

/** How a request ended, and which instances had it, in order. */
export interface Delivery {
  readonly outcome: Outcome;
  readonly instances: readonly string[];
}

/** The instances of every service, and the balance among them. */
export interface Upstreams {
  readonly instancesOf: (service: ServiceName) => readonly Instance[];
  /** The next instance in turn; undefined when none can be asked now. */
  readonly choose: (service: ServiceName, except?: Instance) => Instance | undefined;
  /**
   * Sends a request to an instance, and once more to another (or the same) where that is safe. Undefined when there is no
   * instance to send it to.
   */
  readonly deliver: (service: ServiceName, request: UpstreamRequest, sink: AnswerSink) => Promise<Delivery | undefined>;
  readonly probeAll: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export function createUpstreams(
  urls: Readonly<Partial<Record<ServiceName, readonly string[]>>>,
  settings: InstanceSettings,
): Upstreams {
  const services = new Map(
    ServiceName.options.map((service) => [
      service,
      { turn: 0, instances: (urls[service] ?? []).map((url, index) => createInstance(service, index, url, settings)) },
    ]),
  );
  const all = [...services.values()].flatMap(({ instances }) => instances);

  const choose: Upstreams['choose'] = (service, except) => {
    const known = services.get(service);
    if (!known) return undefined;
    const chosen = chooseInstance(known.instances, known.turn, except);
    known.turn = (known.turn + 1) % Math.max(1, known.instances.length);
    return chosen;
  };

  const attempt = (instance: Instance, request: UpstreamRequest, sink: AnswerSink): Promise<Outcome> =>
    instance.breaker.run(() => forward(instance.pool, request, sink));

  const again = (outcome: Outcome, first: Instance, { method, body }: UpstreamRequest): Instance | undefined => {
    const where = retryOf(outcome, { method, isReplayable: body.kind !== 'streamed' });
    if (where === 'nowhere') return undefined;
    const other = choose(first.service, first);
    return other ?? (where === 'anywhere' && first.admits ? first : undefined);
  };

  return {
    instancesOf: (service) => services.get(service)?.instances ?? [],
    choose,
    deliver: async (service, request, sink) => {
      const first = choose(service);
      if (!first) return undefined;
      const outcome = await attempt(first, request, sink);
      const second = outcome.kind === 'answered' ? undefined : again(outcome, first, request);
      if (!second) return { outcome, instances: [first.name] };
      return { outcome: await attempt(second, request, sink), instances: [first.name, second.name] };
    },
    probeAll: async () => {
      await Promise.all(all.map((instance) => instance.probe()));
    },
    close: async () => {
      await Promise.all(all.map((instance) => instance.close()));
    },
  };
}
