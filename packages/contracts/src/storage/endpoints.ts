import type { EndpointSpec } from '../endpoint.ts';
import { ExportCustody, ListCustodyKeys } from './custody.ts';
import { QueryMetric } from './metrics.ts';
import { ClearObject, HoldObject, IssueObjectUrl, QuarantineObject, ReleaseObject } from './object-controls.ts';
import { DownloadObject, GetObject, ListCustody, ListObjects, StoreObject, VerifyObject } from './objects.ts';
import {
  CreateSavedSearch,
  DeleteSavedSearch,
  GetSavedSearch,
  ListSavedSearches,
  ReplaceSavedSearch,
} from './saved-searches.ts';
import { DeleteRetention, ListPurges, ListRetention, PreviewRetention, PutRetention } from './retention.ts';
import { Search, SearchFacets, SearchHistogram } from './search.ts';
import { AbortUpload, CompleteUpload, GetUpload, PutUploadPart, StartUpload } from './uploads.ts';

/** Every endpoint the storage service answers. */
export const storageEndpoints: readonly EndpointSpec[] = [
  StoreObject,
  ListObjects,
  GetObject,
  DownloadObject,
  VerifyObject,
  HoldObject,
  ReleaseObject,
  QuarantineObject,
  ClearObject,
  IssueObjectUrl,
  StartUpload,
  GetUpload,
  PutUploadPart,
  CompleteUpload,
  AbortUpload,
  ListCustody,
  ListCustodyKeys,
  ExportCustody,
  ListRetention,
  ListPurges,
  PutRetention,
  DeleteRetention,
  PreviewRetention,
  Search,
  SearchFacets,
  SearchHistogram,
  ListSavedSearches,
  CreateSavedSearch,
  GetSavedSearch,
  ReplaceSavedSearch,
  DeleteSavedSearch,
  QueryMetric,
];
