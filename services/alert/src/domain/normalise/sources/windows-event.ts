import type { AlertDraft } from '../alert-draft.ts';
import { techniqueIds } from '../attack.ts';
import { timeAt } from '../time.ts';
import type { VendorMapping } from '../vendor-mapping.ts';
import type { EventData } from '../windows/event-data.ts';
import { kindOfEvent } from '../windows/event-kinds.ts';
import { observablesOfEvent, programOf, targetOf } from '../windows/event-observables.ts';
import { readWindowsEvent, type WindowsEvent } from '../windows/windows-event.ts';

/**
 * Windows events, one alert each, as Sentinel, winlogbeat, NXLog and evtx_dump export them. Fingerprint: log and event id,
 * the machine, the program and what it acted on.
 */
export const windowsEvent: VendorMapping = {
  fields: {
    title: { paths: ['EventID', 'Event.System.EventID', 'winlog.event_id'] },
    externalId: { paths: ['EventRecordID', 'RecordNumber', 'Event.System.EventRecordID', 'winlog.record_id'] },
    occurredAt: {
      paths: [
        'Event.System.TimeCreated.#attributes.SystemTime',
        'TimeCreated',
        'EventTime',
        '@timestamp',
        'TimeGenerated',
      ],
    },
  },
  refine: (draft, document, receivedAt) => {
    const event = readWindowsEvent(document);
    if (event === null) return { title: null };
    const utcTime = timeAt({ UtcTime: event.data.get('UtcTime') }, { paths: ['UtcTime'] }, receivedAt);
    // Sysmon's own time is when it happened; the exporter's is when the event was collected.
    return { ...draftOf(event), occurredAt: utcTime instanceof Date ? utcTime : draft.occurredAt };
  },
};

function draftOf(event: WindowsEvent): Partial<AlertDraft> {
  const { log, id, computer, data, message } = event;
  const kind = kindOfEvent(event);
  const name = kind.name ?? message ?? 'event';
  const program = programOf(data);
  return {
    title: `${log} ${id}: ${name}${program === null ? '' : ` (${program})`}`,
    description: describe(data),
    severity: kind.severity,
    ruleId: `${log}-${id}`.toLowerCase().replaceAll(' ', '-'),
    ruleName: name,
    observables: observablesOfEvent(event),
    extract: ['Hashes', 'CommandLine'].flatMap((field) => data.get(field) ?? []),
    techniques: techniquesOf(data),
    tags: ['windows', log.toLowerCase()],
    fingerprint: [`${log} ${id}`, ...[computer, program, targetOf(data)].map((part) => (part ?? '').toLowerCase())],
  };
}

/** What an analyst reads first, where the event has it. */
const telling = [
  'CommandLine',
  'ParentCommandLine',
  'TargetObject',
  'TargetFilename',
  'ImageLoaded',
  'QueryName',
  'ServiceName',
  'ImagePath',
  'ObjectName',
];

function describe(data: EventData): string | null {
  const lines = telling.flatMap((field) => {
    const value = data.get(field);
    return value === undefined ? [] : [`${field}: ${value}`];
  });
  return lines.length === 0 ? null : lines.join('\n');
}

/** Sysmon configurations name techniques in the rule: `technique_id=T1059.001,technique_name=PowerShell`. */
const techniquesOf = (data: EventData): readonly string[] =>
  techniqueIds(data.get('RuleName') ?? '').filter((id) => /^T\d/.test(id));
