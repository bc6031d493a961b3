import type { EndpointSpec } from '../endpoint.ts';
import { QueryMetric } from './metrics.ts';
import { DownloadObject, GetObject, ListCustody, ListObjects, StoreObject, VerifyObject } from './objects.ts';
import { Search } from './search.ts';

/** Every endpoint the storage service answers. */
export const storageEndpoints: readonly EndpointSpec[] = [
  StoreObject,
  ListObjects,
  GetObject,
  DownloadObject,
  VerifyObject,
  ListCustody,
  Search,
  QueryMetric,
];
