import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { sharedData } from '@soc/fleet/testing';
import { describe, expect, it } from 'vitest';
import { type JsonObject, textAt } from './domain/normalise/json-path.ts';
import type { ReceivedAlert } from './domain/normalise/read-payload.ts';
import { namesNobody } from './domain/observables/canonical.ts';
import { readSource } from './read-source.fixture.ts';

const cloud = sharedData('06-cloud-saas-logs');

/** What a record says of itself, found without the mapping: the key fields of an alert made of it. */
interface KeyFields {
  readonly source: string;
  readonly title: (log: JsonObject) => string | null;
  readonly time: readonly string[];
  readonly actor: readonly string[];
  readonly address: readonly string[];
  readonly action: readonly string[];
}

const cloudtrail: KeyFields = {
  source: 'aws-cloudtrail',
  title: (log) => textAt(log, 'eventName'),
  time: ['eventTime', '@timestamp'],
  actor: ['userIdentity.userName', 'userIdentity.arn'],
  address: ['sourceIPAddress'],
  action: ['eventName'],
};
const gcp: KeyFields = {
  source: 'gcp-audit',
  title: (log) => textAt(log, 'protoPayload.methodName'),
  time: ['timestamp'],
  actor: ['protoPayload.authenticationInfo.principalEmail'],
  address: ['protoPayload.requestMetadata.callerIP', 'protoPayload.requestMetadata.callerIp'],
  action: ['protoPayload.methodName'],
};
const microsoft365: KeyFields = {
  source: 'microsoft365',
  title: (log) => textAt(log, 'Operation', 'operation'),
  time: ['CreationTime', 'creationtime'],
  actor: ['UserId', 'userid'],
  address: ['ClientIP', 'clientip'],
  action: ['Operation', 'operation'],
};
const azureActivity: KeyFields = {
  source: 'azure-activity',
  title: (log) => textAt(log, 'operationName'),
  time: ['time'],
  actor: [],
  address: ['callerIpAddress'],
  action: ['operationName'],
};

const keyFields: Readonly<Record<string, KeyFields>> = {
  'AWS.CloudTrail': cloudtrail,
  'otrf-ec2_proxy_s3_exfiltration.cloudtrail': cloudtrail,
  'AWS.VPCFlow': {
    source: 'aws-vpcflow',
    title: (log) => textAt(log, 'action'),
    time: [],
    actor: [],
    address: ['srcAddr'],
    action: ['action'],
  },
  'Amazon.EKS.Audit': {
    source: 'kubernetes-audit',
    title: (log) => textAt(log, 'verb'),
    time: ['requestReceivedTimestamp', 'stageTimestamp'],
    actor: ['user.username'],
    address: ['sourceIPs'],
    action: ['verb'],
  },
  'Azure.Audit': {
    source: 'azure-audit',
    title: (log) => textAt(log, 'operationName', 'properties.riskEventType'),
    time: ['properties.activityDateTime', 'properties.createdDateTime', 'time'],
    actor: ['properties.initiatedBy.user.userPrincipalName', 'properties.userPrincipalName'],
    address: ['callerIpAddress', 'properties.ipAddress'],
    action: ['operationName'],
  },
  'Azure.MonitorActivity': azureActivity,
  'Crowdstrike.FDREvent': {
    source: 'crowdstrike-fdr',
    title: (log) => textAt(log, 'event.event_simpleName'),
    time: ['event.timestamp'],
    actor: ['event.UserName'],
    address: ['aip'],
    action: ['event.event_simpleName'],
  },
  'Duo.Authentication': {
    source: 'duo',
    title: (log) => textAt(log, 'result'),
    time: [],
    actor: ['user.name'],
    address: ['access_device.ip'],
    action: ['reason'],
  },
  'GCP.AuditLog': gcp,
  'GSuite.ActivityEvent': {
    source: 'google-workspace',
    title: (log) => textAt(log, 'name'),
    time: ['id.time'],
    actor: ['actor.email'],
    address: ['ipAddress'],
    action: ['name'],
  },
  'GitHub.Audit': {
    source: 'github',
    title: (log) => textAt(log, 'action'),
    time: ['@timestamp', 'created_at', 'at_sign_timestamp'],
    actor: ['actor'],
    address: ['actor_ip'],
    action: ['action'],
  },
  'Microsoft365.Audit.Exchange': microsoft365,
  'Microsoft365.Audit.SharePoint': microsoft365,
  'Okta.SystemLog': {
    source: 'okta',
    title: (log) => textAt(log, 'displayMessage', 'displaymessage', 'eventType', 'eventtype'),
    time: ['published'],
    actor: ['actor.alternateId'],
    address: ['client.ipAddress'],
    action: ['eventType', 'eventtype'],
  },
  'OneLogin.Events': {
    source: 'onelogin',
    title: (log) => textAt(log, 'event_type_id'),
    time: [],
    actor: ['actor_user_name'],
    address: ['ipaddr'],
    action: ['event_type_id'],
  },
  'Osquery.Differential': {
    source: 'osquery',
    title: (log) => textAt(log, 'name'),
    time: ['unixTime'],
    actor: [],
    address: [],
    action: ['name'],
  },
};

/** The file of a managed Kubernetes also holds its cloud's own envelopes, which are other sources. */
function fieldsOf(file: string, log: JsonObject): KeyFields | undefined {
  if (file === 'Amazon.EKS.Audit' && log['protoPayload'] !== undefined) return gcp;
  if (file === 'Amazon.EKS.Audit' && log['operationName'] !== undefined) return azureActivity;
  return keyFields[file];
}

const recordsOf = (file: string): readonly JsonObject[] =>
  readFileSync(`${cloud}/${file}.ndjson`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const record = JSON.parse(line) as JsonObject; // as its SOURCE.md tells
      return (record['log'] ?? record) as JsonObject;
    });

const timeMsOf = (text: string): number => {
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000;
  if (/^\d{13}$/.test(text)) return Number(text);
  const parts = /^(\S{10})[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (!parts) return Number.NaN;
  const [, date, clock, fraction = '0', zone = 'Z'] = parts;
  return Date.parse(`${date}T${clock}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
};

const lastOf = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

function checkKeyFields(log: JsonObject, fields: KeyFields, { alert, text }: ReceivedAlert): readonly string[] {
  const wrong: string[] = [];
  const check = (what: string, isRight: boolean): void => {
    if (isRight) return;
    wrong.push(`${fields.source}: ${what} of ${text.slice(0, 300)} is ${JSON.stringify(alert)}`);
  };
  const ofRole = (role: string) => alert.observables.filter((o) => o.role === role).map(({ value }) => value);
  const title = fields.title(log);
  check('title', title === null || alert.title.toLowerCase().includes(title.slice(0, 400).toLowerCase()));
  check('source', alert.source === fields.source);
  const time = textAt(log, ...fields.time);
  if (time !== null && !Number.isNaN(timeMsOf(time))) check('time', Date.parse(alert.occurredAt) === timeMsOf(time));
  if (time !== null && Number.isNaN(timeMsOf(time))) check('unreadable time', alert.tags.includes('unreadable-time'));
  const actor = textAt(log, ...fields.actor);
  const isNobody = actor === null || namesNobody({ type: 'user', value: actor });
  check('actor', isNobody || ofRole('actor').includes(lastOf(actor).trim().toLowerCase()));
  const address = textAt(log, ...fields.address);
  if (address !== null && isIP(address) !== 0 && !namesNobody({ type: 'ip', value: address })) {
    const found = [...ofRole('source'), ...ofRole('gateway')];
    check(
      'address',
      found.includes(
        new URL(`http://${address.includes(':') ? `[${address}]` : address}`).hostname.replaceAll(/[[\]]/g, ''),
      ),
    );
  }
  const action = textAt(log, ...fields.action);
  if (action !== null) check('action', alert.ruleId?.includes(action) ?? false);
  return wrong;
}

describe.skipIf(cloud === undefined)('cloud and SaaS records (SOC_SHARED_DATA, 06-cloud-saas-logs)', () => {
  const files = cloud === undefined ? [] : readdirSync(cloud).filter((name) => name.endsWith('.ndjson'));

  it('every file has its source', () => {
    expect(files.map((name) => name.slice(0, -'.ndjson'.length)).toSorted()).toEqual(Object.keys(keyFields).toSorted());
  });

  it.each(Object.keys(keyFields))(
    '%s: each record is one alert with the key fields it tells, and is kept byte for byte',
    (file) => {
      const records = recordsOf(file);
      const wrong: string[] = [];
      for (const log of records) {
        const fields = fieldsOf(file, log);
        if (!fields) throw new Error(file);
        const body = JSON.stringify(log, null, 1);
        const { alerts, rejected, skipped } = readSource(fields.source, body);
        expect([rejected, skipped, alerts.map(({ text }) => text)]).toEqual([[], 0, [body]]);
        for (const alert of alerts) wrong.push(...checkKeyFields(log, fields, alert));
      }
      expect(wrong).toEqual([]);
    },
  );
});
