import type { EventFormat } from '../event-format.ts';

/** https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog */
export const okta: EventFormat = {
  names: ['okta', 'okta.systemlog'],
  signs: [
    {
      has: ['eventType'],
      any: ['published', 'legacyEventType', 'debugContext', 'securityContext', 'authenticationContext'],
    },
    { has: ['okta.event_type'] },
    { has: ['eventType', 'actor.alternateId'] },
  ],
  product: 'okta',
  services: ['okta'],
  aliases: {
    eventtype: ['okta.event_type'],
    displaymessage: ['okta.display_message'],
    'actor.alternateid': ['okta.actor.alternate_id'],
    'target.displayname': ['okta.target.display_name'],
    'outcome.result': ['okta.outcome.result'],
    'outcome.reason': ['okta.outcome.reason'],
  },
  texts: ['debugContext.debugData.logOnlySecurityData', 'debugContext.debugData.behaviors'],
  times: ['published', '@timestamp'],
};

/** https://docs.github.com/en/organizations/keeping-your-organization-secure/reviewing-the-audit-log-for-your-organization */
export const gitHub: EventFormat = {
  names: ['github', 'github.audit'],
  signs: [
    {
      has: ['action', 'actor'],
      any: ['org', 'repo', 'org_id', 'business', '_document_id', 'actor_location', 'repository'],
    },
    { has: ['action', '_document_id'] },
    { has: ['action', 'org'], any: ['created_at', 'repo', 'user'] },
  ],
  product: 'github',
  services: ['audit'],
  times: ['@timestamp', 'created_at'],
};

/** https://support.atlassian.com/bitbucket-cloud and Data Center audit events. */
export const bitbucket: EventFormat = {
  names: ['bitbucket'],
  signs: [{ has: ['auditType.action'] }],
  product: 'bitbucket',
  services: ['audit'],
  times: ['timestamp', '@timestamp'],
};

/** https://developers.onelogin.com/api-docs/1/events/event-resource */
export const oneLogin: EventFormat = {
  names: ['onelogin', 'onelogin.events'],
  signs: [{ has: ['event_type_id'] }],
  product: 'onelogin',
  services: ['onelogin.events'],
  times: ['created_at', 'event_timestamp', '@timestamp'],
};

/** https://duo.com/docs/adminapi#authentication-logs */
export const duo: EventFormat = {
  names: ['duo', 'duo.authentication'],
  signs: [{ has: ['event_type'], any: ['access_device', 'auth_device', 'factor'] }],
  product: 'cisco',
  services: ['duo'],
  times: ['isotimestamp', 'timestamp'],
};

/** https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
export const kubernetes: EventFormat = {
  names: ['kubernetes', 'k8s', 'amazon.eks.audit'],
  signs: [
    { has: ['verb', 'objectRef'] },
    { has: ['auditID', 'verb'] },
    { has: ['apiVersion', 'kind'], begins: { apiVersion: 'audit.k8s.io' } },
    { has: ['kubernetes.audit.verb'] },
  ],
  product: 'kubernetes',
  services: ['audit'],
  categories: ['application'],
  unwrap: ['kubernetes.audit'],
  aliases: {
    apigroup: ['objectref.apigroup'],
    capabilities: [
      'requestobject.spec.containers.securitycontext.capabilities.add',
      'requestobject.spec.template.spec.containers.securitycontext.capabilities.add',
    ],
    hostpath: ['requestobject.spec.volumes.hostpath.path', 'requestobject.spec.template.spec.volumes.hostpath.path'],
  },
  times: ['requestreceivedtimestamp', 'stagetimestamp', '@timestamp'],
};

/** https://opencanary.readthedocs.io */
export const openCanary: EventFormat = {
  names: ['opencanary'],
  signs: [{ has: ['logtype', 'node_id'] }, { has: ['logtype', 'logdata'] }],
  product: 'opencanary',
  categories: ['application'],
  times: ['utc_time', 'local_time'],
};

/** https://github.com/zeronetworks/rpcfirewall */
export const rpcFirewall: EventFormat = {
  names: ['rpc_firewall', 'rpcfw'],
  signs: [{ has: ['EventLog', 'InterfaceUuid'] }],
  product: 'rpc_firewall',
  categories: ['application'],
  times: ['timecreated', '@timestamp'],
};
