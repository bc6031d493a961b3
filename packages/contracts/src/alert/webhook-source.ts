import { z } from 'zod';

/** Whose payloads `POST /api/v1/alerts/webhooks/{source}` reads. `generic` takes any JSON with common field names. */
export const WebhookSource = z.enum([
  'suricata',
  'wazuh',
  'elastic',
  'sentinel',
  'crowdstrike',
  'guardduty',
  'datadog',
  'prometheus-alertmanager',
  'grafana',
  'sentry',
  'checkmk',
  'cloudwatch',
  'graylog',
  'librenms',
  'windows-event',
  'generic',
]);
export type WebhookSource = z.infer<typeof WebhookSource>;
