import { ImportStix } from '@soc/contracts/intel/stix';
import { route, uuidv7 } from '@soc/service-kit';
import type { IntelDeps } from '../deps.ts';
import { readBundle } from '../domain/stix-bundle.ts';

/** Rows of one statement: a parameter of about a megabyte. */
const CHUNK = 2_000;

const chunksOf = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, index) =>
    items.slice(index * CHUNK, (index + 1) * CHUNK),
  );

export const importStixRoute = ({ db, imports, now }: Pick<IntelDeps, 'db' | 'imports' | 'now'>) =>
  route(ImportStix, async ({ body, query, principal, log }) => {
    const at = now();
    const reading = readBundle(body.objects, { confidence: query.confidence, at: at.toISOString() });
    const rows = reading.indicators.map((indicator) => ({ ...indicator, id: uuidv7(at.getTime()) }));
    const owner = { tenantId: principal.tenantId, source: query.source, at };
    // All or nothing: a bundle that fails half-way can be sent again and counts right.
    const counts = await db.tx(async (tx) => {
      const total = { imported: 0, updated: 0 };
      for (const chunk of chunksOf(rows)) {
        const { imported, updated } = await imports.upsert(tx, owner, chunk);
        total.imported += imported;
        total.updated += updated;
      }
      return total;
    });
    log.info({ source: query.source, ...counts, skipped: reading.skipped.length }, 'stix bundle imported');
    return {
      received: body.objects.length,
      ...counts,
      unchanged: rows.length - counts.imported - counts.updated,
      skipped: [...reading.skipped],
      ignored: { ...reading.ignored },
    };
  });
