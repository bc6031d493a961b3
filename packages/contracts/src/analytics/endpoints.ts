import type { EndpointSpec } from '../endpoint.ts';
import { GetKpis, GetOverview, GetTimeseries, GetTop } from './queries.ts';

/** Every endpoint the analytics service answers. */
export const analyticsEndpoints: readonly EndpointSpec[] = [GetOverview, GetKpis, GetTimeseries, GetTop];
