import type { Feedback } from '@soc/contracts/ai/analysis';
import { type Queryable, sql } from '@soc/db-cluster';

/** Every word that was said on an alert, for later review; nothing is changed. */
export const feedbackRepository = {
  insert: async (tx: Queryable, id: string, tenantId: string, feedback: Feedback): Promise<void> => {
    const { alertId, verdict, note, recordedBy, recordedAt } = feedback;
    await tx.query(sql`
      insert into ai.feedback (id, tenant_id, alert_id, verdict, note, recorded_by, recorded_at)
      values (${id}, ${tenantId}, ${alertId}, ${verdict}, ${note}, ${recordedBy}, ${recordedAt})`);
  },
};
