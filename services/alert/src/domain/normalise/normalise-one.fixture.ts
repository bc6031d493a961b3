import type { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { fingerprintOf } from '../fingerprint.ts';
import { normaliseWebhook } from './normalise.ts';
import type { NormalisedAlert } from './normalised-alert.ts';

/** When the payloads of tests arrive: after everything they tell. */
export const receivedAt = new Date('2026-01-01T00:00:00.000Z');

/** The alerts of a payload that must be readable as a whole. */
export function normaliseAll(source: WebhookSource, payload: unknown): readonly NormalisedAlert[] {
  const result = normaliseWebhook(source, payload, { receivedAt });
  if (!result.ok) throw new Error(result.refusal);
  if (result.refused[0]) throw new Error(result.refused[0].refusal);
  return result.alerts.map(({ alert }) => alert);
}

/** The one alert of a payload. */
export function normaliseOne(source: WebhookSource, payload: unknown): NormalisedAlert {
  const [alert, ...others] = normaliseAll(source, payload);
  if (alert === undefined || others.length > 0) throw new Error('expected one alert');
  return alert;
}

/** The fingerprints of a payload's alerts, for one tenant. */
export const fingerprintsOf = (source: WebhookSource, payload: unknown): readonly string[] =>
  normaliseAll(source, payload).map((alert) => fingerprintOf('acme', alert));

/** `type value` of each observable, with the role in front where there is one. */
export const observableTexts = ({ observables }: NormalisedAlert): readonly string[] =>
  observables.map(({ type, value, role }) => [role, type, value].filter(Boolean).join(' '));
