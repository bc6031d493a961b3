import type { Alert, Analysis } from '@soc/contracts';

/** An alert with the analysis it is to be stored with. */
export interface AnalysedAlert {
  readonly alert: Alert;
  readonly revision: number;
}

/** The analyses worth applying: the highest revision of each alert, where it is higher than the one it has. */
export function newestAnalyses(
  alerts: readonly AnalysedAlert[],
  analyses: readonly Analysis[],
): readonly { readonly alert: Alert; readonly analysis: Analysis }[] {
  const newest = new Map<string, Analysis>();
  for (const analysis of analyses) {
    const known = newest.get(analysis.alertId);
    if (!known || analysis.revision > known.revision) newest.set(analysis.alertId, analysis);
  }
  return alerts.flatMap(({ alert, revision }) => {
    const analysis = newest.get(alert.id);
    return analysis && analysis.revision > revision ? [{ alert, analysis }] : [];
  });
}

/** The alert as the analysis tells it; techniques and tactics are added to those its source named. */
export function withAnalysis(alert: Alert, analysis: Analysis): Alert {
  const { score, suggestedVerdict, techniques, tactics, analysedAt } = analysis;
  return {
    ...alert,
    score,
    suggestedVerdict,
    analysedAt,
    techniques: [...new Set([...alert.techniques, ...techniques.map(({ id }) => id)])],
    tactics: [...new Set([...alert.tactics, ...tactics])],
  };
}

/** The fields an analysis changed, by name. */
export const changedByAnalysis = (before: Alert, after: Alert): readonly string[] =>
  (['score', 'suggestedVerdict', 'techniques', 'tactics', 'analysedAt', 'incidentId'] as const).filter(
    (field) => String(before[field]) !== String(after[field]),
  );
