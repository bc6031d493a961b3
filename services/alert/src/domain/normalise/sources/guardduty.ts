import { type JsonObject, textAt } from '../json-path.ts';
import { tacticName } from '../attack.ts';
import type { VendorMapping } from '../vendor-mapping.ts';

/** A finding by EventBridge (`detail`, camelCase), bare, or as the API answers it (PascalCase). */
const inFinding = (...names: readonly string[]): string[] =>
  names.flatMap((name) => [`detail.${name}`, name, name.replaceAll(/(^|\.)([a-z])/g, (start) => start.toUpperCase())]);

/** The action that a finding is about; each kind holds its remote end the same way. */
const actions = ['networkConnectionAction', 'awsApiCallAction', 'kubernetesApiCallAction', 'rdsLoginAttemptAction'];
const inAction = (name: string): string[] => actions.flatMap((action) => inFinding(`service.action.${action}.${name}`));

/** The threat purposes of finding types that are ATT&CK tactics by another name. */
const purposes = new Map([
  ['Recon', 'reconnaissance'],
  ['Backdoor', 'command-and-control'],
  ['Stealth', 'defense-evasion'],
  ['CryptoCurrency', 'impact'],
  ['Trojan', 'execution'],
  ['UnauthorizedAccess', 'initial-access'],
]);

/**
 * Amazon GuardDuty. Severities are GuardDuty's own bands. Fingerprint: the finding's id, because GuardDuty keeps one
 * finding for one activity on one resource and counts its repetitions.
 */
export const guardduty: VendorMapping = {
  fields: {
    title: { paths: inFinding('title') },
    description: { paths: inFinding('description') },
    severity: {
      paths: inFinding('severity'),
      thresholds: [
        { atLeast: 0, severity: 'low' },
        { atLeast: 4, severity: 'medium' },
        { atLeast: 7, severity: 'high' },
        { atLeast: 9, severity: 'critical' },
      ],
      default: 'medium',
    },
    ruleId: { paths: inFinding('type') },
    ruleName: { paths: inFinding('type') },
    externalId: { paths: inFinding('id') },
    occurredAt: { paths: [...inFinding('service.eventLastSeen', 'updatedAt', 'createdAt'), 'time'] },
    resolved: { paths: inFinding('service.archived'), values: ['true'] },
    observables: [
      { type: 'host', paths: inFinding('resource.instanceDetails.instanceId') },
      {
        type: 'ip',
        paths: inFinding('resource.instanceDetails.networkInterfaces.privateIpAddress'),
        role: 'host',
      },
      { type: 'ip', paths: inFinding('resource.instanceDetails.networkInterfaces.publicIp'), role: 'host' },
      { type: 'user', paths: inFinding('resource.accessKeyDetails.userName') },
      { type: 'ip', paths: inAction('remoteIpDetails.ipAddressV4'), role: 'remote' },
      { type: 'ip', paths: inAction('remoteIpDetails.ipAddressV6'), role: 'remote' },
      {
        type: 'ip',
        paths: inFinding('service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4'),
        role: 'remote',
      },
      { type: 'domain', paths: inFinding('service.action.dnsRequestAction.domain'), role: 'query' },
    ],
    tags: [...inFinding('accountId', 'region', 'resource.resourceType')],
    fingerprint: [inFinding('id')],
  },
  refine: (_draft, document) => ({ tactics: tacticsOf(document) }),
};

/** `UnauthorizedAccess:EC2/SSHBruteForce` begins with the purpose of the threat. */
function tacticsOf(document: JsonObject): readonly string[] {
  const [purpose = ''] = (textAt(document, ...inFinding('type')) ?? '').split(':', 1);
  const tactic = purposes.get(purpose) ?? tacticName(purpose);
  return tactic === purpose ? [] : [tactic];
}
