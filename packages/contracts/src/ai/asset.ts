import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, TenantId, Timestamp, Uuid } from '../primitives.ts';

export const AssetType = z.enum(['host', 'user', 'ip']);
export type AssetType = z.infer<typeof AssetType>;

/** What a loss of it would cost, 0–100. */
const AssetValue = z.number().int().min(0).max(100);
const AssetName = z.string().trim().min(1).max(200);

/** Something of worth that alerts may be about. Unique by tenant, type and pattern. */
export const Asset = z.object({
  id: Uuid,
  tenantId: TenantId,
  type: AssetType,
  /** Hosts and users: lower case, `*` for any characters. Addresses: one, or a network. */
  pattern: z.string(),
  value: AssetValue,
  name: z.string(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type Asset = z.infer<typeof Asset>;

const AssetParams = z.strictObject({ id: Uuid });

export const CreateAssetBody = z.strictObject({
  type: AssetType,
  pattern: z.string().trim().min(1).max(255),
  value: AssetValue,
  /** The pattern, when absent. */
  name: AssetName.optional(),
});
export type CreateAssetBody = z.infer<typeof CreateAssetBody>;

export const CreateAsset = endpoint({
  id: 'createAsset',
  service: 'ai',
  method: 'POST',
  url: '/api/v1/ai/assets',
  summary: 'Register what a host, a user or a network is worth.',
  permission: 'ai:write',
  audit: 'asset.create',
  body: CreateAssetBody,
  responses: { 201: Asset },
  errors: { 409: ['ai.asset_exists'], 422: ['ai.asset_pattern_invalid'] },
});

export const ListAssets = endpoint({
  id: 'listAssets',
  service: 'ai',
  method: 'GET',
  url: '/api/v1/ai/assets',
  summary: 'Assets, newest first.',
  permission: 'ai:read',
  query: PageQuery.extend({ type: AssetType.optional() }),
  responses: { 200: page(Asset) },
});

export const GetAsset = endpoint({
  id: 'getAsset',
  service: 'ai',
  method: 'GET',
  url: '/api/v1/ai/assets/:id',
  summary: 'One asset.',
  permission: 'ai:read',
  params: AssetParams,
  responses: { 200: Asset },
  errors: { 404: ['ai.asset_not_found'] },
});

export const UpdateAsset = endpoint({
  id: 'updateAsset',
  service: 'ai',
  method: 'PATCH',
  url: '/api/v1/ai/assets/:id',
  summary: 'Change the value or the name of an asset; its pattern stays.',
  permission: 'ai:write',
  audit: 'asset.update',
  params: AssetParams,
  body: z
    .strictObject({ value: AssetValue, name: AssetName })
    .partial()
    .refine((change) => Object.keys(change).length > 0, 'name at least one field to change'),
  responses: { 200: Asset },
  errors: { 404: ['ai.asset_not_found'] },
});

export const DeleteAsset = endpoint({
  id: 'deleteAsset',
  service: 'ai',
  method: 'DELETE',
  url: '/api/v1/ai/assets/:id',
  summary: 'Remove an asset.',
  permission: 'ai:write',
  audit: 'asset.delete',
  params: AssetParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['ai.asset_not_found'] },
});
