import { addAlias, addValue, type EventFields, firstText, hasValue } from '../event-fields.ts';
import type { LogSourcePart } from '../event-format.ts';
import { channelServices, providerServices } from './channels.ts';
import { eventCategories, kernelFileCategories } from './event-categories.ts';
import { mapProcessAudit, mapRegistryAudit } from './security-audit.ts';

/** Names that rules use for the head of a Windows event → what its writers call them. */
export const windowsNames = {
  eventid: ['event_id'],
  channel: ['log_name', 'eventlog'],
  provider_name: ['sourcename', 'source', 'provider', 'eventsourcename', 'source_name'],
  computer: ['hostname', 'computer_name', 'computername'],
};

/** Log source of an event whose fields have the names of the event log, and the further names that rules use. */
export function refineWindows(fields: EventFields): LogSourcePart {
  const provider = firstText(fields, 'provider_name')?.toLowerCase();
  const services = servicesOf(firstText(fields, 'channel')?.toLowerCase(), provider);
  const service = services[0] ?? '';
  const id = firstText(fields, 'eventid') ?? '';
  const categories =
    provider === 'microsoft-windows-kernel-file'
      ? kernelFileCategories.get(id)
      : eventCategories.get(`${service} ${id}`);
  const product = provider === 'linux-sysmon' ? 'linux' : 'windows';
  const source = { product, services, categories: categories ?? [] };
  const further = refineService(service, id, fields);
  return further?.categories ? { ...source, categories: [...source.categories, ...further.categories] } : source;
}

const noServices: readonly string[] = [];

function servicesOf(channel: string | undefined, provider: string | undefined): readonly string[] {
  const byChannel = channel === undefined ? undefined : channelServices.get(channel);
  return byChannel ?? (provider === undefined ? undefined : providerServices.get(provider)) ?? noServices;
}

function refineService(service: string, id: string, fields: EventFields): LogSourcePart | undefined {
  switch (service) {
    case 'sysmon':
      return splitHashes(fields);
    case 'security':
      return id === '4688' ? mapProcessAudit(fields) : id === '4657' ? mapRegistryAudit(fields) : undefined;
    case 'windefend':
      return nameThreat(fields);
    case 'powershell-classic':
    case 'application':
    case 'system':
      return nameInsertions(fields);
    default:
      return undefined;
  }
}

/** `SHA1=…,MD5=…,IMPHASH=…` answers to sha1, md5 and imphash too. */
function splitHashes(fields: EventFields): undefined {
  for (const name of ['hashes', 'hash']) {
    const hashes = fields.get(name);
    if (typeof hashes !== 'string' || hashes.length > 1000) continue;
    for (const part of hashes.split(',')) {
      const equals = part.indexOf('=');
      if (equals > 0) addValue(fields, part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1));
    }
  }
}

function nameThreat(fields: EventFields): undefined {
  addAlias(fields, 'signature', ['threatname']);
  addAlias(fields, 'filename', ['path']);
}

/** Strings without a name are `Data`; winlogbeat numbers them, NXLog has them within the message only. */
function nameInsertions(fields: EventFields): undefined {
  if (hasValue(fields, 'data')) return;
  if (hasValue(fields, 'param1')) addAlias(fields, 'data', insertions);
  else addAlias(fields, 'data', ['message']);
}

const insertions = Array.from({ length: 20 }, (_, index) => `param${index + 1}`);
