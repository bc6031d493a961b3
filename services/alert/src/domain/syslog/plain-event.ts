import type { JsonObject } from '../normalise/json-path.ts';

/** Parts of a body that is detected at once: as large as those of `POST /alerts/events`. */
const PART_CHARACTERS = 256 * 1024;

/** A plain message as an event, by the names under which `@soc/sigma` knows syslog: what its program and facility tell is the log source. */
export function plainEvent({ syslog }: JsonObject): JsonObject {
  const { message, appName, hostName, processId, messageId, facility, severity, time, structuredData } =
    syslog as JsonObject; // written by `syslogDocument`
  return {
    message,
    programname: appName ?? '',
    hostname: hostName,
    procid: processId,
    msgid: messageId,
    facility,
    severity,
    timestamp: time,
    structureddata: structuredData,
  };
}

/** Lines of NDJSON in parts that are no longer than they should be, unless one line is. */
export function partsOf(lines: readonly string[]): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const line of lines) {
    if (part !== '' && part.length + line.length >= PART_CHARACTERS) {
      parts.push(part);
      part = '';
    }
    part += `${line}\n`;
  }
  return part === '' ? parts : [...parts, part];
}
