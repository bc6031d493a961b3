import { addValue, allTexts, type EventFields, type JsonObject } from '../event-fields.ts';
import type { EventFormat } from '../event-format.ts';
import { addAliasesUnder } from '../prefix-alias.ts';

/** Cloud Audit Logs. https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog */
export const gcpAudit: EventFormat = {
  names: ['gcp', 'gcp.audit', 'gcp.auditlog'],
  signs: [{ has: ['protoPayload'] }, { has: ['gcp.audit'] }, { has: ['data.protoPayload'] }],
  product: 'gcp',
  services: ['gcp.audit'],
  aliases: {
    'gcp.audit.method_name': ['protopayload.methodname', 'data.protopayload.methodname'],
    'gcp.audit.service_name': ['protopayload.servicename', 'data.protopayload.servicename'],
    'protopayload.methodname': ['gcp.audit.method_name'],
    'protopayload.servicename': ['gcp.audit.service_name'],
    'data.protopayload.resource.type': ['resource.type', 'data.resource.type'],
    'data.protopayload.logname': ['logname', 'data.logname'],
  },
  cases: [
    {
      field: 'protopayload.servicename',
      values: ['login.googleapis.com'],
      services: ['google_workspace.login'],
      aliases: { eventname: ['protopayload.metadata.event.eventname'], eventservice: ['protopayload.servicename'] },
    },
    {
      field: 'protopayload.servicename',
      values: ['admin.googleapis.com'],
      services: ['google_workspace.admin'],
      aliases: { eventname: ['protopayload.metadata.event.eventname'], eventservice: ['protopayload.servicename'] },
    },
  ],
  times: ['timestamp', '@timestamp', 'receivetimestamp'],
  refine: (fields) => addAliasesUnder(fields, 'protopayload.', 'data.protopayload.'),
};

/** Reports API. https://developers.google.com/admin-sdk/reports/reference/rest/v1/activities/list */
export const googleWorkspace: EventFormat = {
  names: ['google_workspace', 'gsuite', 'gsuite.activityevent'],
  signs: [
    { has: ['id.applicationName'] },
    { has: ['kind'], begins: { kind: 'admin#reports#activity' } },
    { has: ['google_workspace'] },
  ],
  product: 'gcp',
  services: ['google_workspace'],
  pairs: [
    { path: 'events.parameters', name: 'name', values: ['value', 'intValue', 'boolValue', 'multiValue'] },
    { path: 'parameters', name: 'name', values: ['value', 'intValue', 'boolValue', 'multiValue'] },
  ],
  aliases: {
    eventname: ['events.name', 'name', 'event.action'],
    'protopayload.metadata.event.eventname': ['events.name', 'name', 'event.action'],
    new_value: ['parameters.new_value', 'google_workspace.admin.new_value'],
    old_value: ['parameters.old_value', 'google_workspace.admin.old_value'],
    setting_name: ['parameters.setting_name', 'google_workspace.admin.setting.name'],
  },
  times: ['id.time', '@timestamp', 'p_event_time'],
  refine: nameApplication,
};

function nameApplication(fields: EventFields, _raw: JsonObject): { services: string[] } {
  const services: string[] = [];
  for (const application of [...allTexts(fields, 'id.applicationname'), ...allTexts(fields, 'event.provider')]) {
    services.push(`google_workspace.${application.toLowerCase()}`);
    addValue(fields, 'eventservice', `${application.toLowerCase()}.googleapis.com`);
    addValue(fields, 'protopayload.servicename', `${application.toLowerCase()}.googleapis.com`);
  }
  return { services };
}
