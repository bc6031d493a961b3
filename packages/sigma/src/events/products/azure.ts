import { addValue, type EventFields, firstText, flatten, hasValue, isObject } from '../event-fields.ts';
import type { EventFormat } from '../event-format.ts';
import { parseObject } from '../parse-object.ts';
import { kubernetes } from './saas.ts';

/** Rules call the columns of Log Analytics and the fields of diagnostic settings by both their names. */
const names = {
  operationname: [
    'operationnamevalue',
    'properties.operationname',
    'properties.activitydisplayname',
    'activitydisplayname',
  ],
  operationnamevalue: ['operationname'],
  categoryvalue: ['category'],
  resourceprovidervalue: ['resourceprovider', 'resourceprovidername.value'],
  activitydisplayname: ['properties.activitydisplayname', 'operationname'],
  activitytype: ['operationname', 'properties.operationtype'],
  'properties.message': ['operationname', 'properties.activitydisplayname', 'activitydisplayname', 'resultdescription'],
  'initiatied.by': ['initiatedby', 'properties.initiatedby'],
  initiatedby: ['properties.initiatedby'],
  targetresources: ['properties.targetresources'],
  'targetresources.modifiedproperties': ['targetresources', 'properties.targetresources'],
  networklocationdetails: ['properties.networklocationdetails'],
  failure_status_reason: ['resultreason', 'properties.resultreason'],
  target: ['targetresources.displayname', 'properties.targetresources.displayname'],
  status: ['result', 'properties.result', 'activitystatusvalue', 'activitystatus'],
};

/** Entra ID sign-ins. https://learn.microsoft.com/azure/azure-monitor/reference/tables/signinlogs */
const signInNames = {
  resulttype: ['properties.status.errorcode', 'status.errorcode'],
  resultdescription: ['properties.status.failurereason', 'status.failurereason'],
  username: ['userprincipalname', 'properties.userprincipalname'],
  clientapp: ['clientappused', 'properties.clientappused'],
  location: ['properties.location.countryorregion', 'location.countryorregion'],
  calleripaddress: ['ipaddress', 'properties.ipaddress'],
  'properties.message': ['resultdescription'],
};

/** Azure and Entra ID, from Event Hubs and diagnostic settings, or out of Log Analytics. */
export const azure: EventFormat = {
  names: ['azure', 'azure.audit', 'azure.monitoractivity', 'entra'],
  signs: [
    { has: ['operationName', 'resourceId'] },
    { has: ['operationName', 'category', 'properties'] },
    { has: ['OperationName', 'Category'], any: ['TimeGenerated', 'TenantId', 'ResultType', 'LoggedByService'] },
    { has: ['OperationNameValue'] },
    { has: ['operationName', 'callerIpAddress'] },
    { has: ['riskEventType'] },
    { has: ['properties.riskEventType'] },
    { has: ['activityDisplayName', 'loggedByService'] },
    { has: ['userPrincipalName', 'conditionalAccessStatus'] },
  ],
  product: 'azure',
  unwrap: ['properties'],
  texts: [
    'TargetResources',
    'targetResources',
    'properties.targetResources',
    'properties.initiatedBy',
    'InitiatedBy',
    'initiatedBy',
    'properties.modifiedProperties',
    'properties.networkLocationDetails',
    'NetworkLocationDetails',
  ],
  pairs: [
    { path: 'TargetResources.modifiedProperties', name: 'displayName', values: ['newValue'] },
    { path: 'targetResources.modifiedProperties', name: 'displayName', values: ['newValue'] },
    { path: 'properties.targetResources.modifiedProperties', name: 'displayName', values: ['newValue'] },
    { path: 'AdditionalDetails', under: 'additionaldetails', name: 'key', values: ['value'] },
    { path: 'additionalDetails', under: 'additionaldetails', name: 'key', values: ['value'] },
    { path: 'properties.additionalDetails', under: 'additionaldetails', name: 'key', values: ['value'] },
  ],
  aliases: names,
  cases: [
    {
      field: 'category',
      values: ['signinlogs', 'noninteractiveusersigninlogs', 'serviceprincipalsigninlogs', 'managedidentitysigninlogs'],
      services: ['signinlogs'],
      aliases: signInNames,
    },
    {
      field: 'type',
      values: [
        'signinlogs',
        'aadnoninteractiveusersigninlogs',
        'aadserviceprincipalsigninlogs',
        'aadmanagedidentitysigninlogs',
      ],
      services: ['signinlogs'],
      aliases: signInNames,
    },
    { field: 'conditionalaccessstatus', services: ['signinlogs'], aliases: signInNames },
    { field: 'operationname', values: ['sign-in activity'], services: ['signinlogs'], aliases: signInNames },
    {
      field: 'category',
      values: ['administrative', 'servicehealth', 'resourcehealth', 'alert', 'autoscale', 'security', 'recommendation'],
      services: ['activitylogs'],
    },
    { field: 'category', values: ['policy'], services: ['activitylogs', 'auditlogs'] },
    { field: 'operationname', values: ['microsoft.*'], services: ['activitylogs'] },
    { field: 'type', values: ['azureactivity'], services: ['activitylogs'] },
    {
      field: 'category',
      values: [
        'auditlogs',
        'administrativeunit',
        'applicationmanagement',
        'authentication',
        'authorization',
        'authorizationpolicy',
        'device',
        'deviceconfiguration',
        'directorymanagement',
        'groupmanagement',
        'policymanagement',
        'rolemanagement',
        'usermanagement',
      ],
      services: ['auditlogs'],
    },
    { field: 'type', values: ['auditlogs'], services: ['auditlogs'] },
    { field: 'loggedbyservice', services: ['auditlogs'] },
    // Identity Protection and the alerts of Privileged Identity Management name their kinds in the same field.
    { field: 'riskeventtype', services: ['riskdetection', 'pim'] },
    { field: 'category', values: ['userriskevents', 'riskyusers'], services: ['riskdetection'] },
  ],
  times: ['time', 'timegenerated', 'activitydatetime', 'createddatetime', 'eventtimestamp', '@timestamp'],
  refine: refineAzure,
};

function refineAzure(fields: EventFields): undefined {
  const provider = /^([^/]{1,100})\//.exec(firstText(fields, 'operationnamevalue') ?? '')?.[1];
  if (provider?.toLowerCase().startsWith('microsoft.')) addValue(fields, 'resourceprovidervalue', provider);
  // A changed value is JSON within JSON: the rule's false is the event's "\"False\"".
  const consent = firstText(fields, 'consentcontext.isadminconsent');
  if (consent !== undefined) addValue(fields, 'consentcontext.isadminconsent', consent.replaceAll('"', ''));
  if (hasValue(fields, 'clientapp') || hasValue(fields, 'conditionalaccessstatus')) nameSignIn(fields);
}

/** What the portal shows of a sign-in, which rules go by. */
function nameSignIn(fields: EventFields): void {
  addValue(fields, 'activitydetails', 'Sign-ins');
  const result = firstText(fields, 'resulttype');
  if (result !== undefined) addValue(fields, 'status', result === '0' ? 'Success' : 'Failure');
}

/** The audit log of an AKS cluster's Kubernetes, as its control plane's diagnostic settings send it. */
export const aksAudit: EventFormat = {
  ...kubernetes,
  names: ['kubernetes', 'aks'],
  signs: [{ has: ['category', 'properties.log'], begins: { category: 'kube-audit' } }],
  read(fields, raw) {
    flatten(fields, raw);
    const log = isObject(raw['properties']) ? raw['properties']['log'] : undefined;
    const record = typeof log === 'string' ? parseObject(log) : isObject(log) ? log : undefined;
    if (record) flatten(fields, record);
  },
  times: [...kubernetes.times, 'time'],
};
