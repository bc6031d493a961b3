import type { EventFormat } from './event-format.ts';
import { cloudTrail, vpcFlow } from './products/aws.ts';
import { aksAudit, azure } from './products/azure.ts';
import { cef, fortiGate } from './products/cef.ts';
import { defenderEndpoint } from './products/defender-endpoint.ts';
import { ecsEndpoint } from './products/endpoint.ts';
import { gcpAudit, googleWorkspace } from './products/google.ts';
import { auditbeat, auditd, laurel, syslog } from './products/linux.ts';
import { cloudApps, microsoft365 } from './products/microsoft-365.ts';
import { suricata, zeek } from './products/network.ts';
import { bitbucket, duo, gitHub, kubernetes, okta, oneLogin, openCanary, rpcFirewall } from './products/saas.ts';
import { proxy, webServer } from './products/web.ts';
import { windowsFormats } from './windows/formats.ts';

/**
 * All formats. The first whose sign an event bears is its format, so those with many events and sure signs come first, and
 * those whose signs are names that others use too come last.
 */
export const eventFormats: readonly EventFormat[] = [
  rpcFirewall,
  defenderEndpoint,
  ...windowsFormats,
  cef,
  zeek,
  cloudApps,
  cloudTrail,
  gcpAudit,
  googleWorkspace,
  kubernetes,
  aksAudit,
  laurel,
  auditbeat,
  auditd,
  fortiGate,
  duo,
  suricata,
  okta,
  bitbucket,
  oneLogin,
  openCanary,
  vpcFlow,
  azure,
  microsoft365,
  webServer,
  proxy,
  syslog,
  ecsEndpoint,
  gitHub,
];

/** What no format knows: fields, and no log source. */
export const unknownFormat: EventFormat = {
  names: [],
  signs: [],
  times: ['@timestamp', 'timestamp', 'time', 'eventtime', 'ts'],
};
