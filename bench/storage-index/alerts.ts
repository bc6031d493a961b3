import { uuidv7 } from '@soc/contracts';
import { exampleAlert } from '@soc/fleet/testing';
import { alertDocument, type SearchDocument } from '../../services/storage/src/domain/search-document.ts';

const STARTED_MS = Date.UTC(2026, 2, 1);
const TITLES = [
  'Brute force against',
  'Beacon to a known address from',
  'Mimikatz on',
  'Impossible travel of a user of',
];

/** Alerts that differ as those of a day do: hosts, addresses, users, times. */
export const alertDocuments = (count: number): readonly SearchDocument[] =>
  Array.from({ length: count }, (_, place) => {
    const host = `ws-${place % 997}`;
    return alertDocument(
      exampleAlert({
        id: uuidv7(STARTED_MS + place),
        title: `${TITLES[place % TITLES.length]} ${host}`,
        description: `Rule fired ${place} times on ${host} with src=10.${place % 7}.${place % 251}.${place % 241}:44${place % 10}`,
        occurredAt: new Date(STARTED_MS + place * 1_000).toISOString(),
        observables: [
          { type: 'host', value: `${host}.corp.example` },
          { type: 'ip', value: `10.${place % 7}.${place % 251}.${place % 241}` },
          { type: 'user', value: `CORP\\user-${place % 313}` },
          { type: 'domain', value: `c${place % 101}.evil.example` },
        ],
      }),
    );
  });
