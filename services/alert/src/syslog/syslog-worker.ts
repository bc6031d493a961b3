import { readFile } from 'node:fs/promises';
import type { TlsOptions } from 'node:tls';
import type { Worker } from '@soc/service-kit';
import type { BusLog } from '@soc/messaging';
import type { AlertConfig } from '../config.ts';
import type { SyslogIntake } from './syslog-intake.ts';
import type { SyslogMetrics } from './syslog-metrics.ts';
import { listenTcp } from './tcp-listener.ts';
import { type Listener, listenUdp } from './udp-listener.ts';

/** The syslog listeners that the configuration asks for: none by default. */
export function createSyslogWorker(given: {
  readonly config: AlertConfig;
  readonly intake: SyslogIntake;
  readonly metrics: SyslogMetrics;
  readonly log: BusLog;
}): Worker {
  const { config, intake, metrics, log } = given;
  const common = {
    host: config.SYSLOG_HOST,
    maxBytes: config.SYSLOG_MAX_MESSAGE_BYTES,
    maxConnections: config.SYSLOG_MAX_CONNECTIONS,
    maxPeerConnections: config.SYSLOG_MAX_PEER_CONNECTIONS,
    routeOf: config.SYSLOG_PEERS,
    intake,
    metrics,
    log,
  };
  const listeners: Listener[] = [];
  return {
    start: async () => {
      const { SYSLOG_UDP_PORT, SYSLOG_TCP_PORT, SYSLOG_TLS_PORT } = config;
      if (SYSLOG_UDP_PORT !== undefined) listeners.push(await listenUdp({ ...common, port: SYSLOG_UDP_PORT }));
      if (SYSLOG_TCP_PORT !== undefined) {
        listeners.push(await listenTcp({ ...common, port: SYSLOG_TCP_PORT, tls: null }));
      }
      if (SYSLOG_TLS_PORT !== undefined) {
        listeners.push(await listenTcp({ ...common, port: SYSLOG_TLS_PORT, tls: await tlsOptions(config) }));
      }
      if (listeners.length > 0) log.info({ listeners: listeners.length }, 'syslog listens');
    },
    stop: async () => {
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

/** With an authority, only senders with a certificate of it are let in. */
async function tlsOptions(config: AlertConfig): Promise<TlsOptions> {
  const { SYSLOG_TLS_CERT_FILE, SYSLOG_TLS_KEY_FILE, SYSLOG_TLS_CA_FILE } = config;
  if (SYSLOG_TLS_CERT_FILE === undefined || SYSLOG_TLS_KEY_FILE === undefined) {
    throw new Error('SYSLOG_TLS_PORT needs SYSLOG_TLS_CERT_FILE and SYSLOG_TLS_KEY_FILE');
  }
  return {
    cert: await readFile(SYSLOG_TLS_CERT_FILE),
    key: await readFile(SYSLOG_TLS_KEY_FILE),
    ...(SYSLOG_TLS_CA_FILE === undefined
      ? {}
      : { ca: await readFile(SYSLOG_TLS_CA_FILE), requestCert: true, rejectUnauthorized: true }),
  };
}
