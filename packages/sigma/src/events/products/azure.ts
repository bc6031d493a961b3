import type { EventFormat } from '../event-format.ts';

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
  target: ['targetresources.displayname', 'properties.targetresources.displayname'],
  status: ['result', 'properties.result', 'activitystatusvalue', 'activitystatus'],
};

/** Entra ID sign-ins. https://learn.microsoft.com/azure/azure-monitor/reference/tables/signinlogs */
const signInNames = {
  resulttype: ['properties.status.errorcode', 'status.errorcode'],
  resultdescription: ['properties.status.failurereason', 'status.failurereason'],
  status: ['conditionalaccessstatus', 'properties.conditionalaccessstatus'],
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
};
