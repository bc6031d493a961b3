import { type Alert, ObservableType, Severity, Verdict } from '@soc/contracts';
import { AlertStatus } from '@soc/contracts/alert/alert';
import { OcsfFinding } from '@soc/contracts/alert/views';
import { sharedData } from '@soc/fleet/testing';
import { describe, expect, it } from 'vitest';
import { anAlert } from '../alert.fixture.ts';
import { ocsfView } from './ocsf.ts';
import { ocsfSchema } from './ocsf-schema.fixture.ts';

const archive = sharedData('10-ocsf/ocsf-schema.tar.gz');

const full = (given: Partial<Alert> = {}): Alert =>
  anAlert(1, {
    description: 'what happened',
    ruleId: 'R-1',
    ruleName: 'Rule one',
    externalId: 'ext-1',
    tactics: ['initial-access'],
    techniques: ['T1059.001'],
    tags: ['windows'],
    observables: ObservableType.options.flatMap((type) =>
      [undefined, 'source', 'destination', 'actor'].map((role) => ({
        type,
        value: `${type}-${role}`,
        ...(role && { role }),
      })),
    ),
    assignee: 'ann',
    incidentId: '00000000-0000-7000-8000-000000000009',
    ...given,
  });

/** One of every kind the enums of an alert allow, from the barest to the fullest. */
const alerts: readonly Alert[] = [
  anAlert(1, { score: null, version: 1 }),
  ...Severity.options.map((severity) => full({ severity })),
  ...AlertStatus.options.map((status) => full({ status })),
  ...Verdict.options.map((verdict) => full({ verdict })),
  ...[0, 19, 20, 99, 100].map((score) => full({ score })),
  ...ObservableType.options.map((type) => anAlert(2, { observables: [{ type, value: 'x' }] })),
  full({ suppressedBy: '00000000-0000-7000-8000-000000000008' }),
];

describe('an alert as an OCSF Detection Finding', () => {
  it.skipIf(archive === undefined)(
    'has every required attribute, none that OCSF does not know, and valid enums (SOC_SHARED_DATA, 10-ocsf)',
    () => {
      const schema = ocsfSchema(String(archive));
      expect(alerts.flatMap((alert) => schema.problemsOf(ocsfView(alert)))).toEqual([]);
      const broken: Record<string, unknown> = { ...ocsfView(full()), severity_id: 7, invented: 1, metadata: {} };
      expect(schema.problemsOf(broken).toSorted()).toEqual([
        'finding.invented is unknown',
        'finding.metadata.product is required',
        'finding.metadata.version is required',
        'finding.severity_id is 7',
      ]);
    },
  );

  it('says what the alert says', () => {
    const finding = ocsfView(full({ severity: 'critical', verdict: 'true_positive', score: 80 }));
    expect(OcsfFinding.parse(finding)).toEqual(finding);
    expect(finding).toMatchObject({
      class_uid: 2004,
      type_uid: 200_402,
      severity_id: 5,
      status_id: 1,
      verdict_id: 2,
      risk_score: 80,
      risk_level_id: 4,
      time: Date.UTC(2026, 0, 1, 0, 0, 1),
      message: 'Alert 1',
      finding_info: {
        uid: 'ext-1',
        title: 'Alert 1',
        desc: 'what happened',
        analytic: { uid: 'R-1', name: 'Rule one', type_id: 1 },
        attacks: [{ technique: { uid: 'T1059.001' } }, { tactic: { name: 'initial-access' } }],
      },
      evidences: [
        {
          src_endpoint: { ip: 'ip-source' },
          dst_endpoint: { ip: 'ip-destination' },
          actor: { user: { name: 'user-undefined' } },
        },
      ],
    });
    expect(finding['observables']).toHaveLength(40);
  });

  it('a suppressed alert is suppressed, a closed one resolved', () => {
    expect(ocsfView(full({ suppressedBy: '00000000-0000-7000-8000-000000000008' }))).toMatchObject({ status_id: 3 });
    expect(ocsfView(full({ status: 'closed' }))).toMatchObject({ status_id: 4, activity_id: 3, type_uid: 200_403 });
  });
});
