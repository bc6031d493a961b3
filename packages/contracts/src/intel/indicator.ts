import { z } from 'zod';
import { TenantId, Timestamp, Uuid } from '../primitives.ts';

/** What an indicator can be. A single address is `ip`, a network `cidr`. */
export const IndicatorType = z.enum(['ip', 'cidr', 'domain', 'url', 'email', 'md5', 'sha1', 'sha256']);
export type IndicatorType = z.infer<typeof IndicatorType>;

/** Traffic Light Protocol 2.0 (FIRST), least to most restrictive. */
export const Tlp = z.enum(['clear', 'green', 'amber', 'amber+strict', 'red']);
export type Tlp = z.infer<typeof Tlp>;

/** 0–100: STIX 2.1 appendix A reads 1–29 as low, 30–69 as medium, 70–100 as high. */
export const Confidence = z.number().int().min(0).max(100);

/** Who says so: a feed, a vendor, `manual`. */
export const IndicatorSource = z.string().trim().min(1).max(64);

export const IndicatorLabels = z.array(z.string().trim().min(1).max(100)).max(50);

/** A value that speaks for a threat, as one source reports it. Unique by tenant, type, value and source. */
export const Indicator = z.object({
  id: Uuid,
  tenantId: TenantId,
  type: IndicatorType,
  /** In its one canonical form: lower case, punycode, RFC 5952, network address. */
  value: z.string(),
  confidence: Confidence,
  /** The malware, actor or campaign it belongs to. */
  threat: z.string().nullable(),
  description: z.string().nullable(),
  labels: z.array(z.string()),
  tlp: Tlp,
  source: z.string(),
  /** The id the source gave it, e.g. a STIX id. */
  externalId: z.string().nullable(),
  validFrom: Timestamp,
  /** From here on it matches nothing; null means it does not expire. */
  validUntil: Timestamp.nullable(),
  revoked: z.boolean(),
  createdAt: Timestamp,
  /** When its content last changed: by an edit here, or by the source's own clock when it was imported. */
  modifiedAt: Timestamp,
});
export type Indicator = z.infer<typeof Indicator>;
