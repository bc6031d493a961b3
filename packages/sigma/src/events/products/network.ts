import { type EventFields, firstText } from '../event-fields.ts';
import type { Aliases, EventFormat, LogSourcePart } from '../event-format.ts';
import { addWebNames } from './web-names.ts';

/** Zeek's names of the two ends → those of firewall rules and of the taxonomy's network category. */
const zeekEnds: Aliases = {
  src_ip: ['id.orig_h'],
  src_port: ['id.orig_p'],
  dst_ip: ['id.resp_h'],
  dst_port: ['id.resp_p'],
  'source.ip': ['id.orig_h'],
  'source.port': ['id.orig_p'],
  'destination.ip': ['id.resp_h'],
  'destination.port': ['id.resp_p'],
};

const zeekDns: Aliases = {
  record_type: ['qtype_name'],
  answer: ['answers'],
  'dns.question.name': ['query'],
  'dns.question.type': ['qtype_name'],
  'dns.answers.data': ['answers'],
};

const zeekHttp: Aliases = {
  'cs-method': ['method'],
  'cs-host': ['host'],
  'r-dns': ['host'],
  'cs-uri': ['uri'],
  'c-useragent': ['user_agent'],
  'cs-user-agent': ['user_agent'],
  'cs-referrer': ['referrer'],
  'cs-referer': ['referrer'],
  'cs-version': ['version'],
  'cs-username': ['username'],
  'sc-status': ['status_code'],
};

/** Zeek, as JSON or read from its TSV. https://docs.zeek.org/en/master/script-reference/log-files.html */
export const zeek: EventFormat = {
  names: ['zeek', 'bro', 'corelight'],
  signs: [{ has: ['_path'] }, { has: ['uid', 'id.orig_h'] }, { has: ['id.orig_h', 'id.resp_h'] }],
  product: 'zeek',
  aliases: zeekEnds,
  cases: [
    { field: '_path', values: ['conn'], services: ['connection'], categories: ['firewall', 'network'] },
    { field: '_path', values: ['dns'], categories: ['dns', 'network'], aliases: zeekDns },
    { field: '_path', values: ['http'], categories: ['proxy', 'webserver'], aliases: zeekHttp },
  ],
  times: ['ts', '_write_ts', '@timestamp'],
  refine: refineZeek,
};

function refineZeek(fields: EventFields): LogSourcePart | undefined {
  const path = firstText(fields, '_path')?.toLowerCase();
  if (path === undefined) return undefined;
  if (path === 'http') addWebNames(fields, firstText(fields, 'uri'), firstText(fields, 'host'));
  return { services: [path] };
}

/** Suricata. https://docs.suricata.io/en/latest/output/eve/eve-json-format.html */
export const suricata: EventFormat = {
  names: ['suricata', 'eve'],
  signs: [{ has: ['event_type'], any: ['flow_id', 'dest_ip', 'src_ip', 'stats', 'pcap_cnt'] }],
  product: 'suricata',
  aliases: {
    dst_ip: ['dest_ip'],
    dst_port: ['dest_port'],
    'source.ip': ['src_ip'],
    'source.port': ['src_port'],
    'destination.ip': ['dest_ip'],
    'destination.port': ['dest_port'],
    action: ['alert.action'],
  },
  cases: [
    {
      field: 'event_type',
      values: ['flow', 'netflow'],
      services: ['connection', 'netflow'],
      categories: ['firewall', 'network'],
    },
    {
      field: 'event_type',
      values: ['dns'],
      categories: ['dns', 'network'],
      aliases: {
        query: ['dns.rrname', 'dns.queries.rrname', 'dns.query.rrname'],
        record_type: ['dns.rrtype', 'dns.queries.rrtype', 'dns.query.rrtype'],
        answer: ['dns.rdata', 'dns.answers.rdata'],
      },
    },
    {
      field: 'event_type',
      values: ['http'],
      categories: ['proxy', 'webserver'],
      aliases: {
        'cs-method': ['http.http_method'],
        'cs-host': ['http.hostname'],
        'r-dns': ['http.hostname'],
        'cs-uri': ['http.url'],
        'c-useragent': ['http.http_user_agent'],
        'cs-user-agent': ['http.http_user_agent'],
        'cs-referrer': ['http.http_refer'],
        'cs-referer': ['http.http_refer'],
        'cs-version': ['http.protocol'],
        'sc-status': ['http.status'],
      },
    },
  ],
  times: ['timestamp', '@timestamp'],
  refine(fields) {
    const type = firstText(fields, 'event_type')?.toLowerCase();
    if (type === 'http') addWebNames(fields, firstText(fields, 'http.url'), firstText(fields, 'http.hostname'));
    return type === undefined ? undefined : { services: [type] };
  },
};
