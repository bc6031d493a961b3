import { z } from 'zod';
import { Alert } from '../alert/alert.ts';
import { endpoint } from '../endpoint.ts';
import { Observable, ObservableType, Severity, Timestamp, Uuid, Verdict } from '../primitives.ts';
import { Analysis } from './events.ts';

/** An observable that intel knows, and how surely. */
export const IntelHit = z.strictObject({
  type: ObservableType,
  value: z.string().min(1).max(2_048),
  /** 0–100, STIX scale. */
  confidence: z.number().int().min(0).max(100),
  threat: z.string().max(256).nullable().default(null),
});
export type IntelHit = z.infer<typeof IntelHit>;

const names = z.array(z.string().max(200)).max(200).default([]);

/** An alert as it was, is, or might be: a whole one may be sent, only title and severity must. */
export const AnalyzeBody = z.strictObject({
  ...Alert.partial().shape,
  title: z.string().min(1).max(1_000),
  description: z.string().max(64_000).nullable().default(null),
  severity: Severity,
  source: z.string().min(1).max(100).default('api'),
  ruleId: z.string().max(500).nullable().default(null),
  ruleName: z.string().max(500).nullable().default(null),
  observables: z.array(Observable).max(1_000).default([]),
  tactics: names,
  techniques: names,
  tags: names,
  /** In place of what is known: what if this were malicious? */
  intelHits: z.array(IntelHit).max(100).optional(),
});
export type AnalyzeBody = z.infer<typeof AnalyzeBody>;

export const AnalyzeAlert = endpoint({
  id: 'analyzeAlert',
  service: 'ai',
  method: 'POST',
  url: '/api/v1/ai/analyze',
  summary: 'Score something like an alert with what is known now. Nothing is stored or counted.',
  permission: 'ai:read',
  body: AnalyzeBody,
  responses: { 200: Analysis.omit({ alertId: true, revision: true }) },
});

export const GetAnalysis = endpoint({
  id: 'getAnalysis',
  service: 'ai',
  method: 'GET',
  url: '/api/v1/ai/analyses/:alertId',
  summary: 'The latest analysis of an alert, with the contribution of every feature.',
  permission: 'ai:read',
  params: z.strictObject({ alertId: Uuid }),
  responses: { 200: Analysis },
  errors: { 404: ['ai.analysis_not_found'] },
});

export const Feedback = z.object({
  alertId: Uuid,
  verdict: Verdict,
  note: z.string().nullable(),
  recordedBy: z.string(),
  recordedAt: Timestamp,
});
export type Feedback = z.infer<typeof Feedback>;

export const RecordFeedback = endpoint({
  id: 'recordFeedback',
  service: 'ai',
  method: 'POST',
  url: '/api/v1/ai/feedback',
  summary:
    'Say how an alert really ended. Later alerts of the same rule are scored by it; the last word on an alert counts.',
  permission: 'ai:write',
  body: z.strictObject({
    alertId: Uuid,
    verdict: Verdict,
    note: z.string().trim().min(1).max(4_000).nullable().default(null),
  }),
  responses: { 201: Feedback },
  errors: { 404: ['ai.analysis_not_found'] },
});
