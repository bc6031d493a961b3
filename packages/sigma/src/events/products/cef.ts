import { canonicalField } from '../../event-view.ts';
import { addAlias, type EventFields, firstText } from '../event-fields.ts';
import type { Aliases, EventFormat } from '../event-format.ts';

/** CEF extension keys, and the columns of Sentinel's CommonSecurityLog, by the names rules use. */
const names: Aliases = {
  src_ip: ['src', 'sourceip', 'sourceaddress'],
  dst_ip: ['dst', 'destinationip', 'destinationaddress'],
  src_port: ['spt', 'sourceport'],
  dst_port: ['dpt', 'destinationport'],
  username: ['suser', 'duser', 'sourceusername'],
  action: ['act', 'deviceaction'],
  'c-uri': ['request', 'requesturl'],
  'cs-uri': ['request', 'requesturl'],
  'cs-method': ['requestmethod'],
  'c-useragent': ['requestclientapplication'],
  'cs-user-agent': ['requestclientapplication'],
  'cs-host': ['dhost', 'destinationhostname'],
  'r-dns': ['dhost', 'destinationhostname'],
  'cs-cookie': ['requestcookies'],
  'cs-referer': ['requestcontext'],
  'cs-referrer': ['requestcontext'],
  filename: ['fname', 'filepath', 'fname'],
  md5: ['filehash'],
};

/** ArcSight Common Event Format 26, read from its line or as JSON. Product and category by vendor and device, as they name themselves. */
export const cef: EventFormat = {
  names: ['cef', 'commonsecuritylog'],
  signs: [{ has: ['deviceVendor', 'deviceProduct'] }, { has: ['DeviceVendor', 'DeviceProduct'] }],
  aliases: names,
  cases: [
    { field: 'requesturl', categories: ['proxy'] },
    { field: 'request', categories: ['proxy'] },
    {
      field: 'devicevendor',
      values: ['fortinet'],
      product: 'fortigate',
      services: ['event'],
      categories: ['firewall'],
    },
    {
      field: 'devicevendor',
      values: ['palo alto networks'],
      product: 'paloalto',
      categories: ['firewall', 'appliance'],
    },
    { field: 'devicevendor', values: ['check point'], product: 'checkpoint', categories: ['firewall'] },
    { field: 'devicevendor', values: ['cisco'], product: 'cisco', categories: ['firewall'] },
    { field: 'devicevendor', values: ['zscaler', 'squid', 'bluecoat', 'symantec proxy*'], categories: ['proxy'] },
    {
      field: 'devicevendor',
      values: ['trend micro', 'mcafee', 'kaspersky*', 'symantec', 'sophos', 'eset'],
      categories: ['antivirus'],
      aliases: { signature: ['virusname', 'cs1', 'name'], filename: ['fname', 'filepath'] },
    },
    { field: 'deviceproduct', values: ['globalprotect*'], services: ['globalprotect'] },
  ],
  times: ['rt', 'start', 'end', 'timegenerated', 'devicereceipttime', '@timestamp'],
  refine: nameCustomFields,
};

/** `cs1Label=Rule cs1=any` answers to rule. */
function nameCustomFields(fields: EventFields): undefined {
  for (const kind of ['cs', 'cn', 'cfp', 'flexstring', 'devicecustomstring', 'devicecustomnumber']) {
    for (let number = 1; number <= 6; number += 1) {
      const label = firstText(fields, `${kind}${number}label`);
      if (label !== undefined && label !== '' && label.length <= 200) {
        addAlias(fields, canonicalField(label), [`${kind}${number}`]);
      }
    }
  }
}

/** FortiGate's own key=value log, as JSON. */
export const fortiGate: EventFormat = {
  names: ['fortigate', 'fortios', 'fortinet'],
  signs: [{ has: ['devid', 'logid'] }],
  product: 'fortigate',
  categories: ['firewall'],
  aliases: {
    src_ip: ['srcip'],
    dst_ip: ['dstip'],
    src_port: ['srcport'],
    dst_port: ['dstport'],
    username: ['user'],
  },
  cases: [
    { field: 'type', values: ['event'], services: ['event'] },
    { field: 'type', values: ['traffic'], services: ['traffic'] },
    {
      field: 'subtype',
      values: ['webfilter'],
      categories: ['proxy'],
      aliases: { 'c-uri': ['url'], 'cs-host': ['hostname'] },
    },
    { field: 'subtype', values: ['virus'], categories: ['antivirus'], aliases: { signature: ['virus'] } },
  ],
  times: ['eventtime', 'itime', '@timestamp'],
};
