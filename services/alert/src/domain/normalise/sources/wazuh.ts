import { isObject } from '../json-path.ts';
import type { VendorMapping } from '../vendor-mapping.ts';

/**
 * Wazuh 4 alerts, as integrations post them and as the indexer stores them (`_source`). Levels are Wazuh's own bands
 * (Rules classification). Fingerprint: the rule, the agent, and the source address, user and file it saw.
 */
export const wazuh: VendorMapping = {
  fields: {
    title: { paths: ['rule.description'] },
    description: { paths: ['full_log', 'data.win.system.message'] },
    severity: {
      paths: ['rule.level'],
      thresholds: [
        { atLeast: 0, severity: 'informational' },
        { atLeast: 4, severity: 'low' },
        { atLeast: 7, severity: 'medium' },
        { atLeast: 12, severity: 'high' },
        { atLeast: 15, severity: 'critical' },
      ],
      default: 'medium',
    },
    ruleId: { paths: ['rule.id'] },
    ruleName: { paths: ['rule.description'] },
    externalId: { paths: ['id'] },
    occurredAt: { paths: ['timestamp', '@timestamp'] },
    observables: [
      { type: 'host', paths: ['agent.name', 'predecoder.hostname'] },
      { type: 'ip', paths: ['agent.ip'], role: 'host' },
      { type: 'ip', paths: ['data.srcip', 'data.src_ip', 'data.win.eventdata.sourceIp'], role: 'source' },
      { type: 'ip', paths: ['data.dstip', 'data.dest_ip', 'data.win.eventdata.destinationIp'], role: 'destination' },
      { type: 'ip', paths: ['data.win.eventdata.ipAddress', 'data.aws.sourceIPAddress'], role: 'source' },
      { type: 'user', paths: ['data.srcuser'], role: 'source' },
      { type: 'user', paths: ['data.dstuser', 'data.win.eventdata.targetUserName'] },
      { type: 'url', paths: ['data.url'] },
      { type: 'domain', paths: ['data.hostname', 'data.win.eventdata.queryName'], role: 'destination' },
      { type: 'sha256', paths: ['syscheck.sha256_after', 'syscheck.sha1_after', 'syscheck.md5_after'], role: 'file' },
      { type: 'sha256', paths: ['data.virustotal.source.sha1', 'data.virustotal.source.md5'], role: 'file' },
    ],
    extract: ['data.win.eventdata.hashes', 'data.win.eventdata.commandLine'],
    tactics: ['rule.mitre.tactic'],
    techniques: ['rule.mitre.id'],
    tags: ['rule.groups', 'decoder.name'],
    fingerprint: [
      'rule.id',
      ['agent.id', 'agent.name'],
      ['data.srcip', 'data.src_ip', 'data.win.eventdata.ipAddress'],
      ['data.dstuser', 'data.win.eventdata.targetUserName'],
      ['data.win.eventdata.image', 'syscheck.path'],
    ],
  },
  open: (document) => {
    const { _source: source } = document;
    return [isObject(source) ? source : document];
  },
};
