import type { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { checkmk } from './sources/checkmk.ts';
import { cloudwatch } from './sources/cloudwatch.ts';
import { crowdstrike } from './sources/crowdstrike.ts';
import { datadog } from './sources/datadog.ts';
import { elastic } from './sources/elastic.ts';
import { generic } from './sources/generic.ts';
import { grafana } from './sources/grafana.ts';
import { graylog } from './sources/graylog.ts';
import { guardduty } from './sources/guardduty.ts';
import { librenms } from './sources/librenms.ts';
import { prometheusAlertmanager } from './sources/prometheus-alertmanager.ts';
import { sentinel } from './sources/sentinel.ts';
import { sentry } from './sources/sentry.ts';
import { suricata } from './sources/suricata.ts';
import { wazuh } from './sources/wazuh.ts';
import { windowsEvent } from './sources/windows-event.ts';
import type { VendorMapping } from './vendor-mapping.ts';

/** Every source's mapping; a new vendor is a file in `sources/` and a line here. */
export const vendorMappings: Readonly<Record<WebhookSource, VendorMapping>> = {
  suricata,
  wazuh,
  elastic,
  sentinel,
  crowdstrike,
  guardduty,
  datadog,
  'prometheus-alertmanager': prometheusAlertmanager,
  grafana,
  sentry,
  checkmk,
  cloudwatch,
  graylog,
  librenms,
  'windows-event': windowsEvent,
  generic,
};
