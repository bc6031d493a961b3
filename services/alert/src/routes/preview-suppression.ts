import { setImmediate } from 'node:timers/promises';
import { PreviewSuppression, SUPPRESSION_MAX_DAYS } from '@soc/contracts/alert/suppressions';
import { invalidRequest, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { createPreview } from '../domain/suppression/preview.ts';
import { previewSpan } from '../domain/suppression/suppression.ts';

const PAGE_ROWS = 2_000;
/** Then others have their turn. */
const ROWS_AT_ONCE = 100;
const MOST_ROWS = 100_000;

/** Holds the stored alerts against the very test that meets those that arrive, page by page. */
export const previewSuppressionRoute = ({ db, suppressions, now }: Pick<AlertDeps, 'db' | 'suppressions' | 'now'>) =>
  route(PreviewSuppression, async ({ body: { conditions, ...asked }, principal, consistencyToken, inTime }) => {
    const span = previewSpan(asked, now());
    if (!span) {
      const message = `must be after from, by ${SUPPRESSION_MAX_DAYS} days at most`;
      throw invalidRequest([{ path: 'body.to', message }]);
    }
    const read = inTime(db.readYourWrites(consistencyToken));
    const preview = createPreview(conditions);
    let after: { readonly occurredAt: string; readonly id: string } | undefined;
    let truncated = false;
    for (let scanned = 0; !truncated;) {
      const page = { after, limitRows: PAGE_ROWS };
      const alerts = await suppressions.listForPreview(read, principal.tenantId, span, conditions, page);
      for (let start = 0; start < alerts.length; start += ROWS_AT_ONCE) {
        preview.add(alerts.slice(start, start + ROWS_AT_ONCE));
        await setImmediate();
      }
      after = alerts.at(-1);
      scanned += alerts.length;
      if (alerts.length < PAGE_ROWS) break;
      truncated = scanned >= MOST_ROWS;
    }
    return { ...preview.result(), ...span, truncated };
  });
