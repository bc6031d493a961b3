import { describe } from 'vitest';
import { at, proveSamples, type Sample } from './samples.fixture.ts';

const samples: Record<string, Sample> = {
  CloudTrail: {
    raw: {
      eventTime: at,
      eventSource: 'iam.amazonaws.com',
      eventName: 'CreateUser',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '198.51.100.7',
      userIdentity: { type: 'Root' },
      requestParameters: { userName: 'eve' },
    },
    product: 'aws',
    services: ['cloudtrail'],
    fields: {
      eventname: 'CreateUser',
      'useridentity.type': 'Root',
      src_ip: '198.51.100.7',
      status: 'success',
      requestparameters: '{"userName":"eve"}',
      'requestparameters.username': 'eve',
    },
  },
  'VPC flow logs': {
    raw: { srcAddr: '198.51.100.7', dstAddr: '10.0.0.1', dstPort: 22, action: 'ACCEPT', start: 1_709_634_030 },
    product: 'aws',
    services: ['netflow'],
    categories: ['firewall'],
    fields: { src_ip: '198.51.100.7', dst_port: 22, 'destination.port': 22 },
  },
  'Azure activity log': {
    raw: {
      time: at,
      resourceId: '/subscriptions/x',
      operationName: 'MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE',
      category: 'Administrative',
    },
    product: 'azure',
    services: ['activitylogs'],
    fields: { operationname: 'MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE', categoryvalue: 'Administrative' },
  },
  'Azure activity log in Sentinel': {
    raw: {
      TimeGenerated: at,
      Type: 'AzureActivity',
      OperationNameValue: 'MICROSOFT.KEYVAULT/VAULTS/DELETE',
      CategoryValue: 'Administrative',
    },
    product: 'azure',
    services: ['activitylogs'],
    fields: {
      operationname: 'MICROSOFT.KEYVAULT/VAULTS/DELETE',
      resourceprovidervalue: 'MICROSOFT.KEYVAULT',
    },
  },
  'Entra audit log': {
    raw: {
      time: at,
      resourceId: '/tenants/x/providers/Microsoft.aadiam',
      operationName: 'Add member to role',
      category: 'AuditLogs',
      properties: {
        loggedByService: 'Core Directory',
        additionalDetails: [{ key: 'additionalInfo', value: 'by device' }],
        targetResources: [
          {
            type: 'User',
            displayName: 'eve',
            modifiedProperties: [{ displayName: 'ConsentContext.IsAdminConsent', newValue: '"False"' }],
          },
        ],
      },
    },
    product: 'azure',
    services: ['auditlogs'],
    fields: {
      'properties.message': 'Add member to role',
      loggedbyservice: 'Core Directory',
      'targetresources.type': 'User',
      target: 'eve',
      'additionaldetails.additionalinfo': 'by device',
      'consentcontext.isadminconsent': 'False',
    },
  },
  'Entra sign-in': {
    raw: {
      time: at,
      operationName: 'Sign-in activity',
      category: 'SignInLogs',
      resultType: '50053',
      properties: { conditionalAccessStatus: 'failure', authenticationRequirement: 'singleFactorAuthentication' },
    },
    product: 'azure',
    services: ['signinlogs'],
    fields: {
      resulttype: '50053',
      authenticationrequirement: 'singleFactorAuthentication',
      status: 'Failure',
      activitydetails: 'Sign-ins',
    },
  },
  'Entra risk detection': {
    raw: { riskEventType: 'impossibleTravel', createdDateTime: at },
    product: 'azure',
    services: ['riskdetection', 'pim'],
    fields: { riskeventtype: 'impossibleTravel' },
  },
  'GCP audit': {
    raw: {
      timestamp: at,
      logName: 'projects/p/logs/cloudaudit.googleapis.com%2Factivity',
      protoPayload: { methodName: 'v1.compute.firewalls.insert', serviceName: 'compute.googleapis.com' },
    },
    product: 'gcp',
    services: ['gcp.audit'],
    fields: {
      'gcp.audit.method_name': 'v1.compute.firewalls.insert',
      'data.protopayload.methodname': 'v1.compute.firewalls.insert',
    },
  },
  'Google Workspace': {
    raw: {
      kind: 'admin#reports#activity',
      id: { applicationName: 'admin', time: at },
      events: [
        {
          name: 'CHANGE_SETTING',
          parameters: [
            { name: 'SETTING_NAME', value: 'ENFORCE' },
            { name: 'NEW_VALUE', value: 'false' },
          ],
        },
      ],
    },
    product: 'gcp',
    services: ['google_workspace.admin'],
    fields: {
      eventservice: 'admin.googleapis.com',
      eventname: 'CHANGE_SETTING',
      setting_name: 'ENFORCE',
      new_value: 'false',
    },
  },
  'Microsoft 365': {
    raw: {
      CreationTime: '2024-03-05T10:20:30',
      Workload: 'SecurityComplianceCenter',
      Operation: 'AlertTriggered',
      Name: 'Unusual volume of file deletion',
      ResultStatus: 'Succeeded',
      RecordType: 40,
    },
    product: 'm365',
    services: ['audit', 'threat_management', 'threat_detection'],
    fields: {
      eventsource: 'SecurityComplianceCenter',
      eventname: 'Unusual volume of file deletion',
      status: 'success',
      operation: 'AlertTriggered',
    },
  },
  Okta: {
    raw: {
      published: at,
      eventType: 'user.session.start',
      actor: { alternateId: 'a@example.org' },
      target: [{ displayName: 'App' }],
      securityContext: { isProxy: true },
    },
    product: 'okta',
    services: ['okta'],
    fields: {
      eventtype: 'user.session.start',
      'actor.alternateid': 'a@example.org',
      'target.displayname': 'App',
      'securitycontext.isproxy': true,
    },
  },
  GitHub: {
    raw: { '@timestamp': Date.parse(at), action: 'repo.destroy', actor: 'eve', org: 'o' },
    product: 'github',
    services: ['audit'],
    fields: { action: 'repo.destroy' },
  },
  Bitbucket: {
    raw: {
      timestamp: at,
      auditType: { category: 'Global administration', action: 'Global secret scanning rule deleted' },
    },
    product: 'bitbucket',
    services: ['audit'],
    fields: { 'audittype.category': 'Global administration' },
  },
  'Kubernetes audit': {
    raw: {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      requestReceivedTimestamp: at,
      verb: 'create',
      objectRef: { resource: 'pods', apiGroup: 'apps' },
      requestObject: {
        spec: {
          volumes: [{ hostPath: { path: '/' } }],
          containers: [{ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }],
        },
      },
    },
    product: 'kubernetes',
    services: ['audit'],
    categories: ['application'],
    fields: {
      verb: 'create',
      'objectref.resource': 'pods',
      hostpath: '/',
      capabilities: 'SYS_ADMIN',
      apigroup: 'apps',
    },
  },
  'the Kubernetes audit of AKS': {
    raw: {
      time: at,
      category: 'kube-audit',
      operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
      properties: {
        log: '{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get","objectRef":{"resource":"secrets"}}',
      },
    },
    product: 'kubernetes',
    services: ['audit'],
    fields: { verb: 'get', 'objectref.resource': 'secrets' },
  },
  OneLogin: {
    raw: { event_type_id: 149, created_at: at },
    product: 'onelogin',
    services: ['onelogin.events'],
    fields: { event_type_id: 149 },
  },
  Duo: {
    raw: { event_type: 'authentication', factor: 'duo_push', reason: 'user_marked_fraud', isotimestamp: at },
    product: 'cisco',
    services: ['duo'],
    fields: { reason: 'user_marked_fraud' },
  },
  'RPC firewall': {
    raw: { EventLog: 'RPCFW', EventID: 3, InterfaceUuid: 'x', OpNum: 1, '@timestamp': at },
    product: 'rpc_firewall',
    categories: ['application'],
    fields: { eventlog: 'RPCFW', opnum: 1 },
  },
  OpenCanary: {
    raw: { logtype: 4002, node_id: 'n', utc_time: '2024-03-05 10:20:30' },
    product: 'opencanary',
    categories: ['application'],
    fields: { logtype: 4002 },
  },
};

describe('an event', () => {
  proveSamples(samples);
});
