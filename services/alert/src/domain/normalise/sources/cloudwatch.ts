import type { Observable } from '@soc/contracts';
import { parseJson } from '../documents.ts';
import { isObject, type JsonObject, textAt, valuesAt } from '../json-path.ts';
import { observable } from '../read-draft.ts';
import type { VendorMapping } from '../vendor-mapping.ts';

/** Where the alarm stands: in SNS's message, in EventBridge's detail, or by itself. */
const inAlarm = (...names: readonly string[]): string[] => names.flatMap((name) => [`Message.${name}`, name]);

/**
 * CloudWatch alarms by way of SNS (whose `Message` is JSON as text), of SNS inside Lambda's `Records`, of EventBridge, or
 * bare. SNS's own subscription messages are skipped. Fingerprint: the alarm by its ARN (by its
 * name where there is none) and the application.
 */
export const cloudwatch: VendorMapping = {
  fields: {
    title: { paths: [...inAlarm('AlarmName'), 'detail.alarmName', 'Subject'] },
    description: {
      paths: [
        ...inAlarm('AlarmDescription', 'NewStateReason'),
        'detail.configuration.description',
        'detail.state.reason',
        'Message',
      ],
    },
    severity: {
      paths: [...inAlarm('Priority', 'NewStateValue'), 'detail.state.value'],
      table: {
        p1: 'critical',
        p2: 'high',
        p3: 'medium',
        p4: 'low',
        p5: 'informational',
        alarm: 'medium',
        insufficient_data: 'low',
      },
      default: 'medium',
    },
    ruleId: { paths: [...inAlarm('AlarmArn'), 'resources', ...inAlarm('AlarmName')] },
    ruleName: { paths: [...inAlarm('AlarmName'), 'detail.alarmName'] },
    externalId: { paths: ['MessageId', 'id'] },
    occurredAt: { paths: [...inAlarm('StateChangeTime'), 'detail.state.timestamp', 'Timestamp', 'time'] },
    resolved: { paths: [...inAlarm('NewStateValue'), 'detail.state.value'], values: ['ok'] },
    tags: [...inAlarm('Region', 'AWSAccountId', 'Application', 'Namespace', 'Trigger.Namespace'), 'account', 'region'],
    fingerprint: [[...inAlarm('AlarmArn'), 'resources', ...inAlarm('AlarmName')], inAlarm('Application')],
  },
  open: (document) => {
    const records = valuesAt(document, 'Records.Sns');
    return (records.length === 0 ? [document] : records).map((notification) =>
      isObject(notification) ? withMessage(notification) : notification,
    );
  },
  isAlert: ({ Type: type }) => type !== 'SubscriptionConfirmation' && type !== 'UnsubscribeConfirmation',
  refine: (draft, document) => ({ observables: [...draft.observables, ...instances(document)] }),
};

function withMessage(notification: JsonObject): JsonObject {
  const { Message: message } = notification;
  if (typeof message !== 'string') return notification;
  const parsed = parseJson(message);
  return parsed.ok && isObject(parsed.value) ? { ...notification, Message: parsed.value } : notification;
}

/** The machines among a metric's dimensions. */
const instances = (document: JsonObject): readonly Observable[] =>
  inAlarm('Trigger.Dimensions').flatMap((path) =>
    valuesAt(document, path).flatMap((dimension) => {
      const value = textAt(dimension, 'value', 'Value');
      return value !== null && textAt(dimension, 'name', 'Name') === 'InstanceId' ? [observable('host', value)] : [];
    }),
  );
