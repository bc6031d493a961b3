import { addEventData, addEventDataText, addSystem } from './event-xml.ts';
import {
  addAlias,
  asFieldValue,
  type EventFields,
  flatten,
  hasValue,
  isObject,
  type JsonObject,
} from '../event-fields.ts';
import type { EventFormat } from '../event-format.ts';
import { ecsWindowsNames } from './ecs-names.ts';
import { refineWindows, windowsNames } from './windows-event.ts';

const readEvent = (fields: EventFields, event: JsonObject): void => {
  const { System: system, EventData: eventData, UserData: userData, RenderingInfo: rendering } = event;
  if (isObject(system)) addSystem(fields, system);
  if (isObject(eventData)) addEventData(fields, eventData);
  else if (typeof eventData === 'string') addEventDataText(fields, eventData);
  if (isObject(userData)) addEventData(fields, userData);
  if (isObject(rendering)) addEventData(fields, rendering);
};

/** The event log's XML as JSON, as evtx_dump and its relatives write it. */
const evtx: EventFormat = {
  names: ['windows', 'evtx'],
  signs: [{ has: ['Event.System'] }],
  times: ['timecreated_systemtime', 'utctime'],
  read: (fields, raw) => readEvent(fields, isObject(raw['Event']) ? raw['Event'] : raw),
  refine: refineWindows,
};

const evtxBare: EventFormat = {
  ...evtx,
  signs: [{ has: ['System.EventID'] }],
};

/** Winlogbeat and the Elastic agent: `winlog.*` with ECS beside it. */
const winlogbeat: EventFormat = {
  names: ['windows', 'winlogbeat'],
  signs: [{ has: ['winlog.channel'] }, { has: ['winlog.event_id'] }, { has: ['winlog.provider_name'] }],
  unwrap: ['winlog.event_data', 'winlog.user_data'],
  aliases: {
    eventid: ['winlog.event_id', 'event.code'],
    channel: ['winlog.channel'],
    provider_name: ['winlog.provider_name', 'event.provider'],
    computer: ['winlog.computer_name', 'host.name'],
    security_userid: ['winlog.user.identifier'],
    level: ['log.level'],
  },
  times: ['@timestamp', 'event.created'],
  refine(fields) {
    for (const name in ecsWindowsNames) {
      if (!hasValue(fields, name)) addAlias(fields, name, ecsWindowsNames[name] ?? []);
    }
    return refineWindows(fields);
  },
};

/** Winlogbeat before 7. */
const oldWinlogbeat: EventFormat = {
  names: ['windows', 'winlogbeat'],
  signs: [{ has: ['event_data', 'log_name'] }],
  unwrap: ['event_data', 'user_data'],
  aliases: windowsNames,
  times: ['@timestamp'],
  refine: refineWindows,
};

/** Microsoft Sentinel: SecurityEvent, Event and WindowsEvent, whose EventData may be text; columns that a row lacks are empty. */
const sentinel: EventFormat = {
  names: ['windows', 'sentinel'],
  signs: [
    { has: ['EventID', 'TimeGenerated'], any: ['Channel', 'EventLog', 'Provider', 'EventSourceName', 'EventData'] },
  ],
  times: ['timegenerated', 'timecreated'],
  read(fields, raw) {
    for (const key in raw) {
      const value = raw[key];
      if (value === '' || value === null || key === 'EventData') continue;
      if (typeof value === 'object') flatten(fields, { [key]: value });
      else fields.add(fields.known.under(fields.known.root, key), asFieldValue(value));
    }
    readEvent(fields, { EventData: raw['EventData'] });
  },
  aliases: { ...windowsNames, message: ['renderedmessage', 'renderedinformation', 'rendereddescription'] },
  refine: refineWindows,
};

/** One flat object, as NXLog, Splunk and many exports write it. */
const flat: EventFormat = {
  names: ['windows', 'nxlog'],
  signs: [
    { has: ['EventID', 'Channel'] },
    { has: ['EventID', 'SourceName'] },
    { has: ['EventID', 'Provider_Name'] },
    { has: ['EventID', 'ProviderName'] },
  ],
  aliases: { ...windowsNames, provider_name: [...windowsNames.provider_name, 'providername'] },
  times: ['@timestamp', 'utctime', 'eventtime', 'timecreated', 'systemtime', 'eventreceivedtime'],
  refine: refineWindows,
};

export const windowsFormats: readonly EventFormat[] = [evtx, winlogbeat, sentinel, oldWinlogbeat, evtxBare, flat];
