import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';

/** Where the Elastic Common Schema (8.x) puts observables. */
export const ecsObservables: NonNullable<GenericMapping['observables']> = [
  { type: 'host', paths: ['host.name', 'host.hostname'] },
  { type: 'ip', paths: ['host.ip'], role: 'host' },
  { type: 'user', paths: ['user.name', 'user.target.name'] },
  { type: 'ip', paths: ['source.ip', 'client.ip'], role: 'source' },
  { type: 'ip', paths: ['destination.ip', 'server.ip'], role: 'destination' },
  { type: 'domain', paths: ['source.domain', 'client.domain'], role: 'source' },
  { type: 'domain', paths: ['destination.domain', 'server.domain'], role: 'destination' },
  { type: 'domain', paths: ['url.domain', 'dns.question.name', 'tls.client.server_name'] },
  { type: 'ip', paths: ['dns.resolved_ip'], role: 'resolved' },
  { type: 'url', paths: ['url.full', 'url.original'] },
  { type: 'email', paths: ['email.from.address', 'email.sender.address'], role: 'sender' },
  { type: 'email', paths: ['email.to.address', 'user.email'], role: 'recipient' },
  { type: 'process', paths: ['process.name', 'process.parent.name'] },
  { type: 'sha256', paths: ['process.hash.sha256', 'process.hash.sha1', 'process.hash.md5'], role: 'process' },
  { type: 'sha256', paths: ['file.hash.sha256', 'file.hash.sha1', 'file.hash.md5'], role: 'file' },
  { type: 'sha256', paths: ['email.attachments.file.hash.sha256'], role: 'attachment' },
];
