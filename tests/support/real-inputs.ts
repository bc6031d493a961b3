import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Templates = z.record(z.string(), z.object({ payload: z.unknown() }));

/** File of the vendor samples → source of the webhook. */
const VENDORS = {
  'checkmk.json': 'checkmk',
  'cloudwatch.json': 'cloudwatch',
  'grafana.json': 'grafana',
  'graylog.json': 'graylog',
  'libre_nms.json': 'librenms',
  'prometheus.json': 'prometheus-alertmanager',
  'sentry.json': 'sentry',
} as const;

export interface VendorPayload {
  readonly source: string;
  readonly body: string;
}

/** Every payload of the seven vendors: a file holds one, or many by alert name. */
export function vendorPayloads(folder: string): readonly VendorPayload[] {
  return Object.entries(VENDORS).flatMap(([file, source]) => {
    const content: unknown = JSON.parse(readFileSync(join(folder, 'keep-mocks', file), 'utf8'));
    const templates = Templates.safeParse(content);
    const payloads = templates.success ? Object.values(templates.data).map(({ payload }) => payload) : [content];
    return payloads.map((payload) => ({ source, body: JSON.stringify(payload) }));
  });
}

/** The lines of a text file, without the empty last one. */
export const linesOf = (file: string): readonly string[] => readFileSync(file, 'utf8').split('\n').filter(Boolean);
