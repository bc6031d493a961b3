/** One entry of the operator's allow-list: a host, all hosts below a domain, on any port or one. */
const ENTRY = /^(?<host>(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?<port>\d{1,5}))?$/;

export const isAllowedHostEntry = (entry: string): boolean => ENTRY.test(entry);

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function matches(entry: string, hostname: string, port: string): boolean {
  const { host = '', port: onlyPort } = ENTRY.exec(entry)?.groups ?? {};
  if (onlyPort !== undefined && onlyPort !== port) return false;
  return host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host;
}

/**
 * Whether a request may go to `url`. The host is compared as the URL standard writes it, so that `0x7f.1` is
 * `127.0.0.1`. What a name resolves to is the operator's decision.
 */
export const isAllowedUrl = (url: URL, allowedHosts: readonly string[]): boolean =>
  (url.protocol === 'http:' || url.protocol === 'https:') &&
  allowedHosts.some((entry) => matches(entry, url.hostname, url.port || (DEFAULT_PORTS[url.protocol] ?? '')));
