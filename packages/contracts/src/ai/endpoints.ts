import type { EndpointSpec } from '../endpoint.ts';
import { AnalyzeAlert, GetAnalysis, RecordFeedback } from './analysis.ts';
import { CreateAsset, DeleteAsset, GetAsset, ListAssets, UpdateAsset } from './asset.ts';
import { ListModels } from './model.ts';

/** Every endpoint the ai service answers. */
export const aiEndpoints: readonly EndpointSpec[] = [
  AnalyzeAlert,
  GetAnalysis,
  RecordFeedback,
  ListModels,
  CreateAsset,
  ListAssets,
  GetAsset,
  UpdateAsset,
  DeleteAsset,
];
