import type { ObservableType } from '@soc/contracts';
import type { Entity } from '../entity.ts';
import { isBoilerplate } from './boilerplate.ts';

/**
 * How much sharing an entity of a type says about two alerts belonging together. The name of a process is on every
 * machine: it adds to other reasons and is none by itself.
 */
const weights: Readonly<Record<ObservableType, number>> = {
  host: 1,
  sha256: 1,
  sha1: 1,
  md5: 1,
  url: 1,
  ip: 0.9,
  domain: 0.9,
  email: 0.9,
  user: 0.8,
  process: 0.1,
};

/** What shared entities must weigh together to link two alerts. */
export const LINK_WEIGHT = 0.8;

/** 0 for what tells nothing, such as the account SYSTEM or a loopback address. */
export const weightOf = ({ type, value }: Entity): number => (isBoilerplate(type, value) ? 0 : weights[type]);

const PRIVATE_IP = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd][\da-f]{2}:)/i;

/** A machine of one's own: a host, or an address of a private network (RFC 1918, RFC 4193). */
export const isAsset = ({ type, value }: Entity): boolean =>
  type === 'host' || (type === 'ip' && PRIVATE_IP.test(value));

/**
 * Types of which one value may be common to everything, such as a proxy's address or the hash of a shell; a host is what it
 * is, and the name of a process says nothing anyway.
 */
export const mayBeHub = ({ type }: Pick<Entity, 'type'>): boolean => type !== 'host' && type !== 'process';
