import { describe, expect, it } from 'vitest';
import { normaliseWebhook } from '../normalise.ts';
import { fingerprintsOf, normaliseOne, observableTexts, receivedAt } from '../normalise-one.fixture.ts';

const alarm = {
  AlarmName: 'NetworkOut unusually high',
  AlarmDescription: 'More than 5 GB in an hour',
  AWSAccountId: '123456789012',
  NewStateValue: 'ALARM',
  NewStateReason: 'Threshold Crossed',
  StateChangeTime: '2025-06-02T10:15:30.123+0000',
  Region: 'EU (Ireland)',
  AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:NetworkOut',
  OldStateValue: 'OK',
  Trigger: {
    MetricName: 'NetworkOut',
    Namespace: 'AWS/EC2',
    Dimensions: [
      { value: 'i-0abc1234', name: 'InstanceId' },
      { value: 'x', name: 'Other' },
    ],
  },
};
const sns = (message: unknown, type = 'Notification'): unknown => ({
  Type: type,
  MessageId: '22b80b92',
  TopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
  Subject: 'ALARM: "NetworkOut unusually high" in EU (Ireland)',
  Message: typeof message === 'string' ? message : JSON.stringify(message),
  Timestamp: '2025-06-02T10:15:31.000Z',
});

describe('cloudwatch', () => {
  it('the alarm inside of the text of an SNS notification is read', () => {
    const alert = normaliseOne('cloudwatch', sns(alarm));
    expect(alert).toMatchObject({
      title: 'NetworkOut unusually high',
      description: 'More than 5 GB in an hour',
      severity: 'medium',
      ruleId: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:NetworkOut',
      externalId: '22b80b92',
      occurredAt: '2025-06-02T10:15:30.123Z',
      resolved: false,
    });
    expect(observableTexts(alert)).toEqual(['host i-0abc1234']);
  });

  it('by SNS, inside of Records and bare, in alarm and back to OK: one fingerprint', () => {
    const [fingerprint] = fingerprintsOf('cloudwatch', sns(alarm));
    expect(fingerprintsOf('cloudwatch', alarm)).toEqual([fingerprint]);
    expect(fingerprintsOf('cloudwatch', { Records: [{ EventSource: 'aws:sns', Sns: sns(alarm) }] })).toEqual([
      fingerprint,
    ]);
    const ok = sns({ ...alarm, NewStateValue: 'OK', OldStateValue: 'ALARM' });
    expect(normaliseOne('cloudwatch', ok)).toMatchObject({ severity: 'informational', resolved: true });
    expect(fingerprintsOf('cloudwatch', ok)).toEqual([fingerprint]);
  });

  it('an alarm by EventBridge is read', () => {
    const event = {
      version: '0',
      id: 'c4c1c1c9',
      'detail-type': 'CloudWatch Alarm State Change',
      source: 'aws.cloudwatch',
      account: '123456789012',
      time: '2025-06-02T16:57:25Z',
      region: 'eu-west-1',
      resources: ['arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ServerCpuTooHigh'],
      detail: { alarmName: 'ServerCpuTooHigh', state: { value: 'ALARM', timestamp: '2025-06-02T16:57:20.000+0000' } },
    };
    expect(normaliseOne('cloudwatch', event)).toMatchObject({
      title: 'ServerCpuTooHigh',
      occurredAt: '2025-06-02T16:57:20.000Z',
      ruleId: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ServerCpuTooHigh',
    });
  });

  it('a text that is no alarm is told by its subject', () => {
    expect(normaliseOne('cloudwatch', sns('plain words'))).toMatchObject({
      title: 'ALARM: "NetworkOut unusually high" in EU (Ireland)',
      description: 'plain words',
    });
  });

  it("SNS's own subscription messages are skipped", () => {
    const result = normaliseWebhook('cloudwatch', sns('confirm', 'SubscriptionConfirmation'), { receivedAt });
    expect(result).toEqual({ ok: true, alerts: [], refused: [], skipped: 1 });
  });
});
