import { ServiceName } from '@soc/contracts';
import type { Balancing } from '../domain/choose-instance.ts';
import { createAddressBook } from './address-book.ts';
import type { AnswerSink } from './exchange.ts';
import type { UpstreamRequest } from './forward.ts';
import type { Instance } from './instance.ts';
import { placesOf } from './places.ts';
import {
  createServiceUpstream,
  type Delivery,
  type ServiceSettings,
  type ServiceUpstream,
  type UpstreamWatch,
} from './service-upstream.ts';
import type { Target } from './target.ts';

export interface UpstreamSettings extends ServiceSettings {
  readonly targets: Readonly<Partial<Record<ServiceName, readonly Target[]>>>;
  readonly balancingOf: Readonly<Partial<Record<ServiceName, Balancing>>>;
  readonly dnsServers: readonly string[];
}

/** The instances of every service. */
export interface Upstreams {
  readonly instancesOf: (service: ServiceName) => readonly Instance[];
  readonly of: (service: ServiceName) => ServiceUpstream;
  /** The next instance; undefined when none can be asked now. */
  readonly choose: (service: ServiceName, except?: Instance) => Instance | undefined;
  /** As in `ServiceUpstream`, awaited. */
  readonly deliver: (
    service: ServiceName,
    request: UpstreamRequest,
    sink: Omit<AnswerSink, 'fail'>,
  ) => Promise<Delivery>;
  readonly probeAll: () => Promise<void>;
  /** Looks up the names among the targets: who is new joins, who is gone finishes what it has. */
  readonly resolveAll: () => Promise<void>;
  /**
   * Other settings and targets from now on, or all as before when it throws; no request is dropped. Who stays keeps how long a connection to it may take, and
   * name servers are those of the start.
   */
  readonly update: (settings: UpstreamSettings) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function createUpstreams(
  first: UpstreamSettings,
  watch: UpstreamWatch & { readonly onResolveFailure: (host: string, error: unknown) => void },
): Upstreams {
  let settings = first;
  const book = createAddressBook({ servers: first.dnsServers, onFailure: watch.onResolveFailure });
  const settingsOf = (service: ServiceName): ServiceSettings => ({
    ...settings,
    balancing: settings.balancingOf[service] ?? settings.balancing,
  });
  // Every service there is, so that `of` always finds one.
  const services = Object.fromEntries(
    ServiceName.options.map((service) => [service, createServiceUpstream(service, settingsOf(service), watch)]),
  ) as Readonly<Record<ServiceName, ServiceUpstream>>;
  const all = Object.values(services);

  const place = (): void => {
    for (const upstream of all) {
      const { service } = upstream;
      const targets = settings.targets[service] ?? [];
      const places = placesOf(service, targets, book.addressesOf);
      // A name that nobody has answered for yet must not leave a service without instances.
      const isWaiting = places.length === 0 && targets.length > 0;
      upstream.update(settingsOf(service), isWaiting ? undefined : places);
    }
  };
  const resolveAll = async (): Promise<void> => {
    const targets = Object.values(settings.targets).flat();
    const hosts = targets.flatMap((target) => (target.kind === 'dns' ? [target.host] : []));
    if (hosts.length > 0) await book.refresh(new Set(hosts));
    place();
  };
  place();

  return {
    instancesOf: (service) => services[service].instances(),
    of: (service) => services[service],
    choose: (service, except) => services[service].choose(except && [except]),
    deliver: (service, request, sink) =>
      new Promise((resolve, reject) => {
        services[service].deliver(request, { ...sink, fail: reject }, resolve);
      }),
    probeAll: async () => {
      await Promise.all(all.flatMap((upstream) => upstream.instances().map((instance) => instance.probe())));
    },
    resolveAll,
    update: async (next) => {
      const before = settings;
      settings = next;
      try {
        await resolveAll();
      } catch (error) {
        settings = before;
        place();
        throw error;
      }
    },
    close: async () => {
      await Promise.all(all.map((upstream) => upstream.close()));
    },
  };
}
