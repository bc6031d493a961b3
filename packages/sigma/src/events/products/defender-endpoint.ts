import { addValue, type EventFields, firstText } from '../event-fields.ts';
import type { Aliases, EventFormat } from '../event-format.ts';

/** The process that did it is the parent of a process that was started, and the image of all else. */
const startedProcess: Aliases = {
  image: ['folderpath'],
  commandline: ['processcommandline'],
  parentimage: ['initiatingprocessfolderpath'],
  parentcommandline: ['initiatingprocesscommandline'],
  parentprocessid: ['initiatingprocessid'],
  originalfilename: ['processversioninfooriginalfilename'],
  company: ['processversioninfocompanyname'],
  description: ['processversioninfofiledescription'],
  product: ['processversioninfoproductname'],
  integritylevel: ['processintegritylevel'],
  user: ['accountname'],
};

const actor: Aliases = {
  image: ['initiatingprocessfolderpath'],
  commandline: ['initiatingprocesscommandline'],
  parentimage: ['initiatingprocessparentfilename'],
  user: ['initiatingprocessaccountname'],
};

const file: Aliases = { ...actor, targetfilename: ['folderpath'] };
const registry: Aliases = { ...actor, details: ['registryvaluedata'] };

/**
 * Tables of Defender for Endpoint in advanced hunting, Sentinel and the streaming API.
 * https://learn.microsoft.com/defender-xdr/advanced-hunting-deviceprocessevents-table
 */
export const defenderEndpoint: EventFormat = {
  names: ['windows', 'defender', 'mde'],
  signs: [{ has: ['ActionType', 'DeviceId'] }, { has: ['ActionType', 'InitiatingProcessFileName'] }],
  product: 'windows',
  cases: [
    { field: 'actiontype', values: ['processcreated'], categories: ['process_creation'], aliases: startedProcess },
    { field: 'actiontype', values: ['filecreated', 'filemodified'], categories: ['file_event'], aliases: file },
    { field: 'actiontype', values: ['filedeleted'], categories: ['file_delete'], aliases: file },
    { field: 'actiontype', values: ['filerenamed'], categories: ['file_rename'], aliases: file },
    {
      field: 'actiontype',
      values: ['registryvalueset'],
      categories: ['registry_event', 'registry_set'],
      aliases: registry,
    },
    {
      field: 'actiontype',
      values: ['registrykeycreated'],
      categories: ['registry_event', 'registry_add'],
      aliases: registry,
    },
    {
      field: 'actiontype',
      values: ['registrykeydeleted', 'registryvaluedeleted'],
      categories: ['registry_event', 'registry_delete'],
      aliases: registry,
    },
    {
      field: 'actiontype',
      values: ['imageloaded'],
      categories: ['image_load'],
      aliases: { ...actor, imageloaded: ['folderpath'] },
    },
    {
      field: 'actiontype',
      values: ['driverload'],
      categories: ['driver_load'],
      aliases: { imageloaded: ['folderpath'] },
    },
    {
      field: 'actiontype',
      values: ['connectionsuccess', 'connectionattempt', 'connectionfailed', 'connectionrequest'],
      categories: ['network_connection'],
      aliases: {
        ...actor,
        destinationip: ['remoteip'],
        destinationport: ['remoteport'],
        destinationhostname: ['remoteurl'],
        sourceip: ['localip'],
        sourceport: ['localport'],
      },
    },
  ],
  times: ['timestamp', 'timegenerated'],
  refine: nameRegistryValue,
};

/** Roots as the table spells them → as Sysmon does. */
const roots: readonly (readonly [string, string])[] = [
  ['HKEY_LOCAL_MACHINE', 'HKLM'],
  ['HKEY_USERS', 'HKU'],
  ['HKEY_CURRENT_USER', 'HKCU'],
];

function nameRegistryValue(fields: EventFields): undefined {
  const key = firstText(fields, 'registrykey');
  if (key === undefined) return;
  const root = roots.find(([long]) => key.toUpperCase().startsWith(long));
  const path = root ? root[1] + key.slice(root[0].length) : key;
  const value = firstText(fields, 'registryvaluename');
  addValue(fields, 'targetobject', value === undefined || value === '' ? path : `${path}\\${value}`);
}
