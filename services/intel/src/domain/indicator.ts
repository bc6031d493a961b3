import type { Indicator } from '@soc/contracts/intel/indicator';
import type { CreateIndicatorBody, UpdateIndicatorBody } from '@soc/contracts/intel/indicator-endpoints';
import { canonicalValue } from './canonical.ts';

export type IndicatorDecision =
  | { readonly ok: true; readonly indicator: Indicator }
  | { readonly ok: false; readonly refusal: 'indicator_value_invalid' | 'indicator_validity_empty' };

const utc = (timestamp: string): string => new Date(timestamp).toISOString();

const isEmpty = ({ validFrom, validUntil }: Pick<Indicator, 'validFrom' | 'validUntil'>): boolean =>
  validUntil !== null && validUntil <= validFrom;

/** A new indicator in canonical form. Refused when the value is not of its type, or when it would never be valid. */
export function newIndicator(
  body: CreateIndicatorBody,
  facts: { readonly id: string; readonly tenantId: string; readonly at: Date },
): IndicatorDecision {
  const value = canonicalValue(body.type, body.value);
  if (value === undefined) return { ok: false, refusal: 'indicator_value_invalid' };
  const { id, tenantId } = facts;
  const at = facts.at.toISOString();
  const indicator: Indicator = {
    ...body,
    id,
    tenantId,
    value,
    externalId: null,
    validFrom: body.validFrom === undefined ? at : utc(body.validFrom),
    validUntil: body.validUntil === null ? null : utc(body.validUntil),
    revoked: false,
    createdAt: at,
    modifiedAt: at,
  };
  return isEmpty(indicator) ? { ok: false, refusal: 'indicator_validity_empty' } : { ok: true, indicator };
}

/** The indicator as an analyst changed it; an import with an older word on it does not undo the change. */
export function changedIndicator(indicator: Indicator, change: UpdateIndicatorBody, at: Date): IndicatorDecision {
  const { confidence, threat, description, labels, tlp, validUntil, revoked } = change;
  const changed: Indicator = {
    ...indicator,
    confidence: confidence ?? indicator.confidence,
    threat: threat === undefined ? indicator.threat : threat,
    description: description === undefined ? indicator.description : description,
    labels: labels ?? indicator.labels,
    tlp: tlp ?? indicator.tlp,
    validUntil: validUntil === undefined ? indicator.validUntil : validUntil && utc(validUntil),
    revoked: revoked ?? indicator.revoked,
    modifiedAt: at.toISOString(),
  };
  return isEmpty(changed) ? { ok: false, refusal: 'indicator_validity_empty' } : { ok: true, indicator: changed };
}
