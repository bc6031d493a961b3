import { parse } from 'yaml';
import { z } from 'zod';

/** Where one scrape is to be found, with the labels it is told apart by. */
export interface ScrapeTarget {
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

const ScrapeConfig = z.looseObject({ job_name: z.string() });
const PrometheusConfig = z.looseObject({
  global: z.looseObject({}),
  alerting: z.object({ alertmanagers: z.array(z.looseObject({})) }),
  scrape_configs: z.array(ScrapeConfig),
});

const AlertmanagerConfig = z.looseObject({
  receivers: z.array(
    z.looseObject({
      webhook_configs: z.array(
        z.looseObject({
          url: z.url(),
          http_config: z.looseObject({ authorization: z.looseObject({ credentials_file: z.string() }) }),
        }),
      ),
    }),
  ),
});

/** How Prometheus is told where things are; all of it is replaced by files. */
const isDiscovery = (key: string): boolean => key.endsWith('_sd_configs') || key === 'static_configs';

const foundByFile = (config: Readonly<Record<string, unknown>>, file: string): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(config).filter(([key]) => !isDiscovery(key))),
  file_sd_configs: [{ files: [file] }],
});

/** The file of a job's targets, relative to the configuration; `alertmanager` is where alerts are sent. */
export const targetsFileOf = (job: string): string => `targets/${job}.json`;

/** The jobs that a configuration scrapes. */
export const jobsOf = (yaml: string): readonly string[] =>
  PrometheusConfig.parse(parse(yaml)).scrape_configs.map(({ job_name: job }) => job);

/**
 * The configuration of a deployment, for a fleet on one machine: what is found by name there is found in files here, and
 * all else is as it is. Returns JSON, which is YAML.
 */
export function prometheusConfigFor(yaml: string, scrapeIntervalS: number | undefined): string {
  const config = PrometheusConfig.parse(parse(yaml));
  const pace = scrapeIntervalS !== undefined && {
    scrape_interval: `${scrapeIntervalS}s`,
    scrape_timeout: `${scrapeIntervalS}s`,
    evaluation_interval: `${scrapeIntervalS}s`,
  };
  return JSON.stringify({
    ...config,
    global: { ...config.global, ...pace },
    alerting: {
      alertmanagers: config.alerting.alertmanagers.map((each) => foundByFile(each, targetsFileOf('alertmanager'))),
    },
    scrape_configs: config.scrape_configs.map((each) => foundByFile(each, targetsFileOf(each.job_name))),
  });
}

/** The same of Alertmanager: its webhooks are those of this fleet, its key is in this file. */
export function alertmanagerConfigFor(yaml: string, gatewayUrl: string, keyFile: string): string {
  const config = AlertmanagerConfig.parse(parse(yaml));
  return JSON.stringify({
    ...config,
    receivers: config.receivers.map((receiver) => ({
      ...receiver,
      webhook_configs: receiver.webhook_configs.map(({ url, http_config: http, ...rest }) => ({
        ...rest,
        url: `${gatewayUrl}${new URL(url).pathname}`,
        http_config: { ...http, authorization: { ...http.authorization, credentials_file: keyFile } },
      })),
    })),
  });
}

/** Targets as `file_sd_configs` reads them. */
export const targetsJson = (targets: readonly ScrapeTarget[]): string =>
  JSON.stringify(targets.map(({ address, labels }) => ({ targets: [address], labels })));
