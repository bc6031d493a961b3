import { RecordFeedback } from '@soc/contracts/ai/analysis';
import { notFound, route, uuidv7 } from '@soc/service-kit';
import type { AiDeps } from '../deps.ts';

export const recordFeedbackRoute = ({
  db,
  alerts,
  outcomes,
  feedback,
  now,
}: Pick<AiDeps, 'db' | 'alerts' | 'outcomes' | 'feedback' | 'now'>) =>
  route(RecordFeedback, ({ body, principal }) =>
    db.tx(async (tx) => {
      const { tenantId, subject } = principal;
      const rule = await alerts.findRule(tx, tenantId, body.alertId);
      if (!rule) throw notFound('ai.analysis_not_found');

      const at = now();
      const said = { ...body, recordedBy: subject, recordedAt: at.toISOString() };
      await feedback.insert(tx, uuidv7(at.getTime()), tenantId, said);
      await outcomes.record(tx, [
        { tenantId, alertId: body.alertId, ...rule, verdict: body.verdict, decidedAt: said.recordedAt },
      ]);
      return said;
    }),
  );
