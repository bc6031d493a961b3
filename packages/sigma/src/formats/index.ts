export { type CefEvent, parseCef } from './cef.ts';
export { type LeefEvent, parseLeef } from './leef.ts';
export type { Parsed } from './parsed.ts';
export { parseSyslog, type SyslogMessage } from './syslog.ts';
export type { StructuredData } from './syslog-structured-data.ts';
export type { SyslogClock } from './syslog-time.ts';
export { isZeekTsv, parseZeekTsv, type ZeekLog, type ZeekProblem, type ZeekRecord } from './zeek-tsv.ts';
export type { ZeekScalar, ZeekValue } from './zeek-values.ts';
