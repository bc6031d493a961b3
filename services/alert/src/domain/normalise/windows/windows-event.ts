import { type JsonObject, objectAt, textAt, valuesAt } from '../json-path.ts';
import { type EventData, readEventData } from './event-data.ts';

/** A Windows event, whoever exported it. */
export interface WindowsEvent {
  /** The short name of its log, e.g. `Sysmon`, `Security`. */
  readonly log: string;
  readonly id: number;
  readonly computer: string | null;
  readonly data: EventData;
  /** What the exporter says the event means, in one line. */
  readonly message: string | null;
}

/** Where Sentinel and NXLog (flat), evtx_dump (`Event.System`) and winlogbeat (`winlog`) hold the same facts. */
const places = {
  id: ['EventID', 'Event.System.EventID', 'Event.System.EventID.#text', 'winlog.event_id', 'event.code', 'event_id'],
  channel: ['Channel', 'Event.System.Channel', 'winlog.channel', 'LogName'],
  provider: [
    'Provider',
    'EventSourceName',
    'SourceName',
    'ProviderName',
    'Event.System.Provider.#attributes.Name',
    'winlog.provider_name',
  ],
  computer: ['Computer', 'Event.System.Computer', 'winlog.computer_name', 'Hostname', 'MachineName', 'host.name'],
  message: ['Activity', 'Message', 'message'],
};

/** Reads the facts; null for a document without an event id. */
export function readWindowsEvent(document: JsonObject): WindowsEvent | null {
  const id = Number(textAt(document, ...places.id) ?? Number.NaN);
  if (!Number.isInteger(id) || id < 0 || id > 65_535) return null;
  return {
    log: logName(textAt(document, ...places.channel) ?? textAt(document, ...places.provider) ?? 'Windows'),
    id,
    computer: textAt(document, ...places.computer),
    data: readEventData(
      document,
      objectAt(document, 'winlog.event_data', 'Event.EventData'),
      ...valuesAt(document, 'EventData'),
    ),
    message: messageLine(textAt(document, ...places.message)),
  };
}

/** `Microsoft-Windows-Sysmon/Operational` is the Sysmon log, the provider `Microsoft-Windows-Security-Auditing` writes Security. */
function logName(channelOrProvider: string): string {
  const name = channelOrProvider.replace(/^Microsoft-Windows-/i, '').split('/', 1)[0] ?? '';
  return name.replace(/-Auditing$/i, '').slice(0, 64);
}

/** `4688 - A new process has been created.` without the number and the full stop. */
function messageLine(text: string | null): string | null {
  const [line = ''] = (text ?? '').split(/\r?\n/, 1);
  const plain = line
    .slice(0, 300)
    .replace(/^\d{1,5} - /, '')
    .replace(/[.: ]+$/, '');
  return plain === '' ? null : plain;
}
