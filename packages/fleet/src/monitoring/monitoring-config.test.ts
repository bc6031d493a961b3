import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alertmanagerConfigFor, jobsOf, prometheusConfigFor } from './monitoring-config.ts';

const textOf = (file: string): string =>
  readFileSync(new URL(`../../../../prometheus/${file}`, import.meta.url), 'utf8');

test('every target is found in files, and nothing else of the configuration changes', () => {
  const yaml = textOf('prometheus.yml');
  const config: unknown = JSON.parse(prometheusConfigFor(yaml, undefined));
  expect(config).toMatchObject({
    global: { scrape_interval: '15s' },
    rule_files: ['rules/*.yml'],
    alerting: { alertmanagers: [{ file_sd_configs: [{ files: ['targets/alertmanager.json'] }] }] },
  });
  const text = JSON.stringify(config);
  expect(text).not.toMatch(/dns_sd_configs|static_configs/);
  for (const job of jobsOf(yaml)) expect(text).toContain(`"targets/${job}.json"`);
  expect(jobsOf(yaml)).toEqual(expect.arrayContaining(['soc', 'node', 'postgres', 'redis', 'prometheus']));
  expect(text).toContain('"honor_labels":true');
});

test('a fleet that is watched more closely scrapes and evaluates at that pace', () => {
  const pace = { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' };
  expect(JSON.parse(prometheusConfigFor(textOf('prometheus.yml'), 2))).toMatchObject({ global: pace });
});

test('Alertmanager tells this fleet, with the key of this fleet', () => {
  const config: unknown = JSON.parse(
    alertmanagerConfigFor(textOf('alertmanager.yml'), 'http://127.0.0.1:8000', '/data/key'),
  );
  expect(config).toMatchObject({
    route: { receiver: 'soc' },
    receivers: [
      {
        name: 'soc',
        webhook_configs: [
          {
            url: 'http://127.0.0.1:8000/api/v1/alerts/webhooks/prometheus-alertmanager',
            send_resolved: true,
            http_config: { authorization: { type: 'Bearer', credentials_file: '/data/key' } },
          },
        ],
      },
    ],
  });
});
