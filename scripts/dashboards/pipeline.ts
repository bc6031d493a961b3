import type { Dashboard } from './dashboard.ts';

const toEvents = { dashboard: 'soc-events', variable: 'type', label: 'type' } as const;

/** From the sensor to the incident: how much comes in, from whom, how bad it is, and how long each stage takes. */
export const pipeline: Dashboard = {
  uid: 'soc-pipeline',
  title: 'alert pipeline',
  description: 'Volume by source and severity, what detection and deduplication make of it, latency by stage.',
  variables: [
    { name: 'source', query: 'label_values(soc_alerts_received_total, source)' },
    { name: 'severity', query: 'label_values(soc_alerts_received_total, severity)' },
  ],
  rows: [
    {
      title: 'What comes in',
      panels: [
        {
          title: 'Alerts by severity',
          description: 'Alerts a second, repetitions included.',
          unit: 'cps',
          queries: [
            [
              'sum by (severity) (rate(soc_alerts_received_total{source=~"$source",severity=~"$severity"}[$__rate_interval]))',
              '{{severity}}',
            ],
          ],
        },
        {
          title: 'Alerts by source',
          description: 'Who sends them. A source that stops is told by the alert SilentSource.',
          unit: 'cps',
          queries: [
            [
              'sum by (source) (rate(soc_alerts_received_total{source=~"$source",severity=~"$severity"}[$__rate_interval]))',
              '{{source}}',
            ],
          ],
        },
        {
          title: 'Raw events by source',
          description: 'Events a second that go through the Sigma rules.',
          unit: 'cps',
          queries: [['sum by (source) (rate(soc_raw_events_received_total[$__rate_interval]))', '{{source}}']],
        },
        {
          title: 'Share of repetitions',
          description: 'Of the alerts that came in, how many were only counted with one that was there already.',
          unit: 'percentunit',
          queries: [
            [
              'sum by (source) (rate(soc_alerts_received_total{source=~"$source",severity=~"$severity",outcome="repeated"}[$__rate_interval])) / sum by (source) (rate(soc_alerts_received_total{source=~"$source",severity=~"$severity"}[$__rate_interval]))',
              '{{source}}',
            ],
          ],
        },
        {
          title: 'Messages by source in the last hour',
          description: 'Alerts and raw events together, as the alert SilentSource counts them.',
          unit: 'short',
          kind: 'table',
          queries: [['source:soc_messages:increase1h', '{{source}}']],
        },
        {
          title: 'Syslog by outcome',
          description: 'Messages a second that were read, by what became of them.',
          unit: 'cps',
          queries: [
            [
              'sum by (transport, outcome) (rate(soc_syslog_messages_total[$__rate_interval]))',
              '{{transport}} {{outcome}}',
            ],
          ],
        },
      ],
    },
    {
      title: 'How long it takes',
      panels: [
        {
          title: 'From arrival to analysis and incident',
          description: 'Half and 95 of 100 alerts are analysed, and correlated, sooner after they came in.',
          unit: 's',
          queries: [0.5, 0.95].map((share): readonly [string, string] => [
            `histogram_quantile(${share}, sum by (stage, le) (rate(soc_alert_stage_seconds_bucket[$__rate_interval])))`,
            `{{stage}} ${share * 100} %`,
          ]),
        },
        {
          title: 'Stages of the bus',
          description: 'From the moment an event came to be until a service had handled it: 95 of 100 are sooner.',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.95, sum by (service, type, le) (rate(soc_event_age_seconds_bucket{type=~"alert.created|analysis.completed|enrichment.completed|incident.created"}[$__rate_interval])))',
              '{{type}} in {{service}}',
            ],
          ],
          leadsTo: toEvents,
        },
        {
          title: 'At the door',
          description:
            'What a client waits for the alert service, which answers after the commit: 95 of 100 wait less.',
          unit: 's',
          queries: [
            [
              'histogram_quantile(0.95, sum by (upstream, le) (rate(soc_gateway_request_duration_seconds_bucket{upstream="alert"}[$__rate_interval])))',
              '{{upstream}}',
            ],
          ],
          leadsTo: { dashboard: 'soc-gateway', variable: 'upstream', label: 'upstream' },
        },
      ],
    },
  ],
};
