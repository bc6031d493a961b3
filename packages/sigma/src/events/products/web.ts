import { addValue, type EventFields, firstText } from '../event-fields.ts';
import type { Aliases, EventFormat, LogSourcePart } from '../event-format.ts';
import { addWebNames } from './web-names.ts';

/** What W3C logs, web servers and ECS call the fields of rules. */
const names: Aliases = {
  'c-ip': ['src_ip', 'remote_addr', 'remote_ip', 'clientip', 'client_ip', 'source.ip', 'source.address'],
  src_ip: ['c-ip', 'remote_addr', 'clientip', 'client_ip', 'source.ip'],
  dst_ip: ['s-ip', 'r-ip', 'destination.ip'],
  'cs-username': ['remote_user', 'user.name'],
  'cs-method': ['request_method', 'method', 'verb', 'http.request.method'],
  'cs-host': ['cs(host)', 'x-host', 'http_host', 'host', 'vhost', 'url.domain', 'r-host'],
  'r-dns': ['cs-host', 'cs(host)', 'url.domain', 'http_host'],
  'cs-uri': ['c-uri', 'request_uri', 'url.original'],
  'c-useragent': ['cs-user-agent', 'cs(user-agent)', 'http_user_agent', 'agent', 'user_agent.original', 'user_agent'],
  'cs-user-agent': ['c-useragent', 'cs(user-agent)', 'http_user_agent', 'agent', 'user_agent.original', 'user_agent'],
  'cs-referer': ['cs-referrer', 'cs(referer)', 'http_referer', 'referrer', 'referer', 'http.request.referrer'],
  'cs-referrer': ['cs-referer', 'cs(referer)', 'http_referer', 'referrer', 'referer', 'http.request.referrer'],
  'cs-cookie': ['cs(cookie)', 'http_cookie'],
  'cs-version': ['server_protocol', 'httpversion', 'http.version'],
  'sc-status': ['status', 'response', 'http.response.status_code'],
  'sc-bytes': ['body_bytes_sent', 'bytes', 'http.response.body.bytes'],
};

/** Web servers, as W3C fields, as nginx and Apache name them in JSON, or as ECS. */
export const webServer: EventFormat = {
  names: ['webserver', 'iis', 'nginx', 'apache', 'web'],
  signs: [
    { has: ['cs-uri-stem'] },
    { has: ['cs-uri-query'] },
    { has: ['request_method', 'request_uri'] },
    { has: ['remote_addr', 'request'] },
    { has: ['http.request.method', 'url.original', 'event.dataset'], begins: { 'event.dataset': 'nginx.' } },
    { has: ['http.request.method', 'url.original', 'event.dataset'], begins: { 'event.dataset': 'apache.' } },
    { has: ['http.request.method', 'url.original', 'event.dataset'], begins: { 'event.dataset': 'iis.' } },
  ],
  categories: ['webserver'],
  aliases: names,
  cases: [
    { field: 'event.dataset', values: ['nginx.*'], services: ['nginx'] },
    { field: 'event.dataset', values: ['apache.*'], services: ['apache'] },
    { field: 'event.dataset', values: ['iis.*'], product: 'windows', services: ['iis'] },
    { field: 's-sitename', product: 'windows', services: ['iis'] },
  ],
  times: ['@timestamp', 'time_iso8601', 'timestamp', 'time_local', 'datetime', 'time'],
  refine: refineWeb,
};

/** Proxies. */
export const proxy: EventFormat = {
  names: ['proxy', 'zscaler', 'squid', 'bluecoat'],
  signs: [
    { has: ['c-uri'] },
    { has: ['cs-uri'] },
    { has: ['c-useragent'] },
    { has: ['cs-host', 'cs-method'] },
    { has: ['http.request.method', 'url.original'] },
    { has: ['url.full', 'user_agent.original'] },
  ],
  categories: ['proxy'],
  aliases: { ...names, 'cs-uri': ['c-uri', 'url.original', 'url.full'], 'c-uri': ['cs-uri', 'url.full'] },
  times: ['@timestamp', 'timestamp', 'datetime', 'time'],
  refine: refineWeb,
};

function refineWeb(fields: EventFields): LogSourcePart | undefined {
  splitRequestLine(fields);
  const stem = firstText(fields, 'cs-uri-stem');
  const query = firstText(fields, 'cs-uri-query');
  const whole = firstText(fields, 'cs-uri') ?? firstText(fields, 'c-uri') ?? joined(stem, query);
  addWebNames(fields, whole, firstText(fields, 'cs-host'));
  const date = firstText(fields, 'date');
  const time = firstText(fields, 'time');
  if (date !== undefined && time !== undefined) addValue(fields, 'datetime', `${date} ${time}`);
  return undefined;
}

const joined = (stem: string | undefined, query: string | undefined): string | undefined =>
  stem !== undefined && query !== undefined && query !== '-' && query !== '' ? `${stem}?${query}` : stem;

/** `GET /path HTTP/1.1` of access logs. */
function splitRequestLine(fields: EventFields): void {
  const [method, uri, version, ...rest] = firstText(fields, 'request')?.split(' ') ?? [];
  if (method === undefined || uri === undefined || version === undefined || rest.length > 0) return;
  addValue(fields, 'cs-method', method);
  addValue(fields, 'cs-uri', uri);
  addValue(fields, 'cs-version', version);
}
