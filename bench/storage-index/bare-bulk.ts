import { Agent, request } from 'undici';
import { toIndexed } from '../../services/storage/src/adapters/search-server/index-document.ts';
import { indexMapping } from '../../services/storage/src/adapters/search-server/mapping.ts';
import type { SearchDocument } from '../../services/storage/src/domain/search-document.ts';

const BULK_DOCUMENTS = 1_000;
const LANES = 2;

/** Bodies of `_bulk`, made beforehand. */
export function bulkBodies(documents: readonly SearchDocument[]): readonly Buffer[] {
  const lines = documents.map((one) => `{"index":{"_id":"${one.id}"}}\n${toIndexed(one)}\n`);
  return Array.from({ length: Math.ceil(lines.length / BULK_DOCUMENTS) }, (_, place) =>
    Buffer.from(lines.slice(place * BULK_DOCUMENTS, (place + 1) * BULK_DOCUMENTS).join('')),
  );
}

/** The bulk API and nothing before it. */
export function createBareBulk(url: string) {
  const dispatcher = new Agent();
  const send = async (method: 'PUT' | 'POST', path: string, body: string | Buffer): Promise<void> => {
    const contentType = path.includes('_bulk') ? 'application/x-ndjson' : 'application/json';
    const headers = { 'content-type': contentType };
    const answer = await request(`${url}${path}`, { method, body, headers, dispatcher });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || text.includes('"errors":true')) throw new Error(text.slice(0, 500));
  };
  return {
    indexInS: async (index: string, bodies: readonly Buffer[]): Promise<number> => {
      const { settings, mappings } = indexMapping;
      await send('PUT', `/${index}`, JSON.stringify({ settings, mappings }));
      const startedAtMs = performance.now();
      const left = bodies.values();
      const lane = async (): Promise<void> => {
        for (const body of left) await send('POST', `/${index}/_bulk?filter_path=errors,items.*.status`, body);
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      return (performance.now() - startedAtMs) / 1_000;
    },
    close: () => dispatcher.close(),
  };
}
