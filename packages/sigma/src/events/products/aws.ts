import { addValue, firstText } from '../event-fields.ts';
import type { EventFormat } from '../event-format.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
export const cloudTrail: EventFormat = {
  names: ['aws', 'cloudtrail', 'aws.cloudtrail'],
  signs: [
    { has: ['eventSource', 'eventName'], any: ['awsRegion', 'eventVersion', 'userIdentity', 'recipientAccountId'] },
  ],
  product: 'aws',
  services: ['cloudtrail'],
  texts: ['requestParameters', 'responseElements', 'additionalEventData', 'serviceEventDetails'],
  aliases: { src_ip: ['sourceipaddress'] },
  times: ['eventtime', '@timestamp'],
  refine(fields) {
    // An event without an error is one of success: it has no field that says so, and rules ask for one.
    addValue(fields, 'status', firstText(fields, 'errorcode') ?? 'success');
    return undefined;
  },
};

/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html, as exporters spell them in JSON. */
export const vpcFlow: EventFormat = {
  names: ['vpcflow', 'aws.vpcflow'],
  signs: [
    { has: ['srcAddr', 'dstAddr'], any: ['dstPort', 'action', 'instanceId'] },
    { has: ['srcaddr', 'dstaddr'], any: ['dstport', 'action', 'instance-id'] },
  ],
  product: 'aws',
  services: ['vpcflow', 'netflow'],
  categories: ['firewall'],
  aliases: {
    src_ip: ['srcaddr'],
    dst_ip: ['dstaddr'],
    src_port: ['srcport'],
    dst_port: ['dstport'],
    'source.ip': ['srcaddr'],
    'source.port': ['srcport'],
    'destination.ip': ['dstaddr'],
    'destination.port': ['dstport'],
  },
  times: ['start', 'end'],
};
