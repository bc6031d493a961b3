import type { EndpointSpec } from '../endpoint.ts';
import { DeleteDeduplication, GetDeduplication, ListDeduplication, PutDeduplication } from './deduplication.ts';
import { ListEntityRisks } from './entity-risk.ts';
import { GetIncidentGraph, MergeIncidents, RequestResponse, SplitIncident, UndoReshaping } from './incident-work.ts';
import { GetIncident, ListIncidentAlerts, ListIncidents, UpdateIncident } from './incidents.ts';
import { IngestEvents } from './events-ingest.ts';
import { BulkAlerts, CreateAlert, ReceiveWebhook } from './ingest.ts';
import { DeleteMapping, GetMapping, ListMappings, PutMapping } from './mappings.ts';
import { GetAlert, GetRawPayload, ListAlerts } from './queries.ts';
import {
  CreateSuppression,
  EndSuppression,
  GetSuppression,
  ListSuppressions,
  PreviewSuppression,
  UpdateSuppression,
} from './suppressions.ts';
import { ImportRules } from './rule-import.ts';
import { BacktestRule, TestRule } from './rule-trials.ts';
import {
  DeleteRule,
  DisableRule,
  DisableRules,
  EnableRule,
  EnableRules,
  GetRule,
  ListRules,
  ListRuleVersions,
} from './rules.ts';
import { RemapAlerts } from './remap.ts';
import { GetAlertTimeline, GetIncidentTimeline } from './timeline.ts';
import { AddComment, GiveVerdict, ListComments, UpdateAlert } from './triage.ts';
import { GetAlertAsEcs, GetAlertAsOcsf } from './views.ts';

/** Every endpoint the alert service answers. */
export const alertEndpoints: readonly EndpointSpec[] = [
  CreateAlert,
  BulkAlerts,
  ReceiveWebhook,
  IngestEvents,
  ImportRules,
  ListRules,
  GetRule,
  ListRuleVersions,
  EnableRule,
  DisableRule,
  EnableRules,
  DisableRules,
  DeleteRule,
  TestRule,
  BacktestRule,
  ListMappings,
  GetMapping,
  PutMapping,
  DeleteMapping,
  RemapAlerts,
  ListDeduplication,
  GetDeduplication,
  PutDeduplication,
  DeleteDeduplication,
  ListSuppressions,
  CreateSuppression,
  PreviewSuppression,
  GetSuppression,
  UpdateSuppression,
  EndSuppression,
  ListAlerts,
  GetAlert,
  GetRawPayload,
  GetAlertAsOcsf,
  GetAlertAsEcs,
  UpdateAlert,
  GiveVerdict,
  GetAlertTimeline,
  ListComments,
  AddComment,
  ListIncidents,
  ListEntityRisks,
  GetIncident,
  UpdateIncident,
  ListIncidentAlerts,
  GetIncidentTimeline,
  GetIncidentGraph,
  RequestResponse,
  MergeIncidents,
  SplitIncident,
  UndoReshaping,
];
