import type { Observable } from '@soc/contracts';
import type { Queryable } from '@soc/db-cluster';
import { findingKey, type Findings, findingsOf, warningKindsOf } from './domain/findings.ts';
import { type Lookup, lookupOf } from './domain/lookup.ts';
import type { AddressColumns, Found, KeyColumns, KnowledgeRepository } from './knowledge-repository.ts';

export interface LookUpRequest {
  readonly tenantId: string;
  readonly observables: readonly Observable[];
}

/** What is known of the observables of each request, in order; two statements for any number of requests. */
export type LookUp = (read: Queryable, requests: readonly LookUpRequest[], at: Date) => Promise<Findings[]>;

interface Prepared {
  readonly tenantId: string;
  readonly lookups: readonly Lookup[];
}

function keyColumns(
  prepared: readonly Prepared[],
  keysOf: (lookup: Lookup) => readonly { readonly kind: string; readonly value: string }[],
): KeyColumns {
  const keys = new Map(
    prepared.flatMap(({ tenantId, lookups }) =>
      lookups
        .flatMap(keysOf)
        .map(({ kind, value }) => [findingKey(tenantId, kind, value), { tenantId, kind, value }] as const),
    ),
  );
  const rows = [...keys.values()];
  return {
    tenantIds: rows.map(({ tenantId }) => tenantId),
    kinds: rows.map(({ kind }) => kind),
    values: rows.map(({ value }) => value),
  };
}

function addressColumns(prepared: readonly Prepared[]): AddressColumns {
  const { tenantIds, values } = keyColumns(prepared, ({ address }) =>
    address === undefined ? [] : [{ kind: 'network', value: address }],
  );
  return { tenantIds, addresses: values };
}

function byKey<Known>(found: readonly Found<Known>[]): ReadonlyMap<string, readonly Known[]> {
  const groups = Map.groupBy(found, ({ tenantId, kind, key }) => findingKey(tenantId, kind, key));
  return new Map([...groups].map(([key, group]) => [key, group.map(({ known }) => known)]));
}

export function createLookUp({ knowledge }: { readonly knowledge: KnowledgeRepository }): LookUp {
  return async (read, requests, at) => {
    const prepared = requests.map(({ tenantId, observables }) => ({ tenantId, lookups: observables.map(lookupOf) }));
    const addresses = addressColumns(prepared);
    const indicatorKeys = keyColumns(prepared, ({ candidates }) =>
      candidates.map(({ type, value }) => ({ kind: type, value })),
    );
    const warningKeys = keyColumns(prepared, ({ candidates }) =>
      candidates.flatMap((candidate) => warningKindsOf(candidate).map((kind) => ({ kind, value: candidate.value }))),
    );
    const known = {
      indicators: byKey(await knowledge.findIndicators(read, indicatorKeys, addresses, at)),
      warnings: byKey(await knowledge.findWarnings(read, warningKeys, addresses)),
    };
    return prepared.map(({ tenantId, lookups }) => findingsOf(lookups, tenantId, known));
  };
}
