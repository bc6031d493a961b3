import { keyOf, checkKey } from '../evidence-files.ts';
import type { ContentPlace } from '../../ports/object-store.ts';

/** A content: its name in the bucket, and the version that was written; the newest when undefined. */
export interface S3Place {
  readonly Key: string;
  readonly VersionId?: string;
}

export const placeIn = (place: ContentPlace): S3Place => ({ Key: keyOf(place) });

export const keyText = ({ Key, VersionId }: S3Place): string =>
  VersionId === undefined ? Key : `${Key}?version=${encodeURIComponent(VersionId)}`;

/** Throws on what is no key. */
export function parseKey(key: string): S3Place {
  const [name = '', version] = key.split('?version=');
  return { Key: checkKey(name), ...(version !== undefined && { VersionId: decodeURIComponent(version) }) };
}

export const uploadText = (Key: string, uploadId: string): string => `${Key}?upload=${encodeURIComponent(uploadId)}`;

export function parseUpload(upload: string): { readonly Key: string; readonly UploadId: string } {
  const [name = '', uploadId = ''] = upload.split('?upload=');
  return { Key: checkKey(name), UploadId: decodeURIComponent(uploadId) };
}
