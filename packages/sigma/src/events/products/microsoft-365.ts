import type { EventFormat } from '../event-format.ts';

/**
 * The unified audit log. Rules of threat management and Exchange are written for Defender for Cloud Apps, which says the same
 * by other names. https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
 */
export const microsoft365: EventFormat = {
  names: ['m365', 'o365', 'office365', 'microsoft365.audit.exchange', 'microsoft365.audit.sharepoint'],
  signs: [
    { has: ['Workload', 'Operation'] },
    { has: ['workload', 'operation'] },
    { has: ['RecordType', 'Operation'] },
    { has: ['OfficeWorkload'] },
    { has: ['o365.audit'] },
  ],
  product: 'm365',
  services: ['audit'],
  unwrap: ['o365.audit'],
  texts: ['Parameters', 'parameters', 'ExtendedProperties', 'ModifiedProperties'],
  pairs: [
    { path: 'Parameters', name: 'Name', values: ['Value'] },
    { path: 'parameters', name: 'Name', values: ['Value'] },
    { path: 'ExtendedProperties', name: 'Name', values: ['Value'] },
    { path: 'ModifiedProperties', name: 'Name', values: ['NewValue'] },
  ],
  aliases: {
    workload: ['officeworkload'],
    eventsource: ['workload', 'officeworkload'],
    eventname: ['operation', 'name', 'alertname'],
    status: ['resultstatus'],
  },
  cases: [
    { field: 'workload', values: ['exchange'], services: ['exchange'] },
    {
      field: 'workload',
      values: ['securitycompliancecenter', 'threatintelligence'],
      services: ['threat_management', 'threat_detection'],
    },
  ],
  times: ['creationtime', 'timegenerated', '@timestamp'],
  refine(fields) {
    const status = fields.get('resultstatus');
    if (typeof status === 'string' && /^(?:true|succeeded|success)$/i.test(status)) {
      fields.put(fields.known.named('status'), ['success', status]);
    }
    return undefined;
  },
};

/** Alerts of Defender for Cloud Apps in the shape that rules of threat management are written for. */
export const cloudApps: EventFormat = {
  names: ['m365', 'cloudapps'],
  signs: [
    { has: ['eventSource', 'eventName', 'status'], begins: { eventSource: 'securitycompliancecenter' } },
    { has: ['eventSource', 'eventName', 'status'], begins: { eventSource: 'exchange' } },
  ],
  product: 'm365',
  services: ['threat_management', 'threat_detection', 'exchange', 'audit'],
  times: ['timestamp', 'time', '@timestamp'],
};
