import type { EndpointSpec } from '../endpoint.ts';
import {
  CreateIndicator,
  DeleteIndicator,
  GetIndicator,
  ListIndicators,
  UpdateIndicator,
} from './indicator-endpoints.ts';
import { ExtractObservables, GetEnrichment, MatchObservables } from './lookup.ts';
import { ImportStix } from './stix.ts';
import { CreateWarninglist, DeleteWarninglist, ListWarninglists } from './warninglist.ts';

/** Every endpoint the intel service answers. */
export const intelEndpoints: readonly EndpointSpec[] = [
  CreateIndicator,
  ListIndicators,
  GetIndicator,
  UpdateIndicator,
  DeleteIndicator,
  ImportStix,
  MatchObservables,
  ExtractObservables,
  GetEnrichment,
  CreateWarninglist,
  ListWarninglists,
  DeleteWarninglist,
];
