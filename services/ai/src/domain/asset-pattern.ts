import { isIP } from 'node:net';
import type { AssetType } from '@soc/contracts/ai/asset';

/** More wildcards make matching slow and patterns unreadable. */
const MAX_WILDCARDS = 4;

/** An address that PostgreSQL reads as `inet`: no zone, which means something on one machine only. */
export const isAddress = (text: string): boolean => isIP(text) !== 0 && !text.includes('%');

function isNetwork(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  if (rest.length > 0 || !isAddress(address) || !/^\d{1,3}$/.test(prefix)) return false;
  return Number(prefix) <= (isIP(address) === 4 ? 32 : 128);
}

const isName = (text: string): boolean => (text.match(/\*/g)?.length ?? 0) <= MAX_WILDCARDS && /[^*]/.test(text);

/** A pattern as it is stored and compared; undefined for what is no address or network, or nothing but wildcards. */
export function canonicalPattern(type: AssetType, pattern: string): string | undefined {
  const lower = pattern.trim().toLowerCase();
  const isFit = type === 'ip' ? isAddress(lower) || isNetwork(lower) : isName(lower);
  return isFit ? lower : undefined;
}

/** A pattern with wildcards as a pattern of SQL's `like`; null for one without, which equality finds by the index. */
export const likePattern = (type: AssetType, pattern: string): string | null =>
  type === 'ip' || !pattern.includes('*') ? null : pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');
