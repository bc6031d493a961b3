import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Severity, Timestamp, Uuid, Verdict } from '../primitives.ts';
import { Alert, AlertStatus } from './alert.ts';

const params = z.strictObject({ id: Uuid });

/** A note for later review; closing a critical alert needs one. */
const Note = z.string().trim().min(1).max(10_000);

/** Who works on it, e.g. an e-mail address; null for nobody. */
export const Assignee = z.string().trim().min(1).max(200).nullable();

/** The version the change was decided on; the change is refused when the stored one is another. */
export const ExpectedVersion = z.number().int().min(1);

export const UpdateAlertBody = z
  .strictObject({
    status: AlertStatus.optional(),
    assignee: Assignee.optional(),
    severity: Severity.optional(),
    note: Note.optional(),
    version: ExpectedVersion.optional(),
  })
  .refine(
    ({ status, assignee, severity }) => status !== undefined || assignee !== undefined || severity !== undefined,
    'name at least one of status, assignee, severity',
  );
export type UpdateAlertBody = z.infer<typeof UpdateAlertBody>;

export const UpdateAlert = endpoint({
  id: 'updateAlert',
  service: 'alert',
  method: 'PATCH',
  url: '/api/v1/alerts/:id',
  summary: 'Move an alert on, assign it, or correct its severity.',
  permission: 'alerts:triage',
  params,
  body: UpdateAlertBody,
  responses: { 200: Alert },
  errors: {
    404: ['alert.not_found'],
    409: ['alert.version_conflict', 'alert.illegal_transition', 'alert.note_required'],
  },
});

export const GiveVerdictBody = z.strictObject({
  verdict: Verdict,
  note: Note.optional(),
  version: ExpectedVersion.optional(),
});
export type GiveVerdictBody = z.infer<typeof GiveVerdictBody>;

export const GiveVerdict = endpoint({
  id: 'giveVerdict',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/:id/verdict',
  summary: 'Close an alert with a verdict; a critical one needs a note.',
  permission: 'alerts:triage',
  params,
  body: GiveVerdictBody,
  responses: { 200: Alert },
  errors: {
    404: ['alert.not_found'],
    409: ['alert.version_conflict', 'alert.already_closed', 'alert.note_required'],
  },
});

export const Comment = z.object({
  id: Uuid,
  alertId: Uuid,
  author: z.object({ id: z.string(), name: z.string() }),
  text: z.string(),
  createdAt: Timestamp,
});
export type Comment = z.infer<typeof Comment>;

export const ListComments = endpoint({
  id: 'listComments',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/:id/comments',
  summary: 'Comments on an alert, the earliest first.',
  permission: 'alerts:read',
  params,
  query: PageQuery,
  responses: { 200: page(Comment) },
  errors: { 404: ['alert.not_found'] },
});

export const AddComment = endpoint({
  id: 'addComment',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/:id/comments',
  summary: 'Comment on an alert. Takes an Idempotency-Key.',
  permission: 'alerts:triage',
  params,
  body: z.strictObject({ text: Note }),
  responses: { 201: Comment },
  errors: { 404: ['alert.not_found'], 422: ['idempotency.key_reused'] },
});
