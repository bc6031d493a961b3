import type { ProblemError } from '@soc/contracts';
import type { CreateAlertBody } from '@soc/contracts/alert/ingest';
import { finishDraft } from './normalise/finish-draft.ts';
import type { NormalisedAlert } from './normalise/normalised-alert.ts';
import { canonicalObservable } from './observables/canonical.ts';

/** The source of alerts that name none. */
const API_SOURCE = 'api';

export type AlertFromApi =
  | { readonly ok: true; readonly alert: NormalisedAlert }
  | { readonly ok: false; readonly errors: readonly ProblemError[] };

/** Reads an alert sent in our own terms. Observables are also looked for in its title and description. */
export function alertFromApi(body: CreateAlertBody, receivedAt: Date): AlertFromApi {
  const { observables = [], occurredAt, description } = body;
  const errors = observables.flatMap((observable, index): ProblemError[] =>
    canonicalObservable(observable) === null
      ? [{ path: `body.observables.${index}.value`, message: `no ${observable.type}` }]
      : [],
  );
  if (errors.length > 0) return { ok: false, errors };
  const alert = finishDraft(
    {
      title: body.title,
      description: description ?? null,
      severity: body.severity,
      ruleId: body.ruleId ?? null,
      ruleName: body.ruleName ?? null,
      externalId: body.externalId ?? null,
      observables,
      extract: description === undefined ? [body.title] : [body.title, description],
      tactics: body.tactics ?? [],
      techniques: body.techniques ?? [],
      tags: body.tags ?? [],
      occurredAt: occurredAt === undefined ? 'absent' : new Date(occurredAt),
      resolved: false,
      fingerprint: [],
    },
    body.source ?? API_SOURCE,
    receivedAt,
  );
  if (alert) return { ok: true, alert };
  return { ok: false, errors: [{ path: 'body.title', message: 'no printable text' }] };
}
