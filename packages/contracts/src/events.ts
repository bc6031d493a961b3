import { AnalysisCompleted } from './ai/events.ts';
import {
  AlertCreated,
  AlertUpdated,
  CommentAdded,
  EventReceived,
  IncidentCreated,
  IncidentUpdated,
  ResponseRequested,
} from './alert/events.ts';
import { MetricRecorded } from './analytics/events.ts';
import { auditEvents } from './auth/audit-events.ts';
import { UserChanged } from './auth/events.ts';
import type { EventSpec } from './event.ts';
import { EnrichmentCompleted } from './intel/events.ts';
import { NotificationSent } from './notification/events.ts';
import { ResponseCompleted } from './response/events.ts';
import { EvidenceStored } from './storage/events.ts';

/** Every event of the fleet. */
export const events: readonly EventSpec[] = [
  AlertCreated,
  AlertUpdated,
  IncidentCreated,
  IncidentUpdated,
  CommentAdded,
  EventReceived,
  AnalysisCompleted,
  EnrichmentCompleted,
  ResponseRequested,
  ResponseCompleted,
  NotificationSent,
  MetricRecorded,
  EvidenceStored,
  UserChanged,
  ...auditEvents.values(),
];
