import type { ObservableType } from '@soc/contracts';

/** Accounts that exist on every machine: the same name is not the same account. */
const accounts = new Set([
  '-',
  'n/a',
  'system',
  'local system',
  'localsystem',
  'local service',
  'network service',
  'anonymous logon',
  'administrator',
  'admin',
  'guest',
  'root',
  'nobody',
  'www-data',
  'unknown',
]);

const HOSTS = /^(?:-|n\/a|unknown|localhost(?:\.localdomain)?)$/;

/** Window manager and font driver accounts: one per session, on every Windows machine. */
const SESSION_ACCOUNT = /^(?:dwm|umfd)-\d+$/;

/** Loopback, link-local, multicast, broadcast and unspecified addresses (RFC 6890). */
const NOBODYS_ADDRESS =
  /^(?:0\.|127\.|169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|::1?$|fe[89ab][\da-f]:|ff[\da-f]{2}:)/i;

/** Hashes of the empty file. */
const emptyHashes = new Set([
  'd41d8cd98f00b204e9800998ecf8427e',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
]);

function isAccountOfEveryMachine(user: string): boolean {
  const name = user.slice(user.lastIndexOf('\\') + 1);
  return accounts.has(name) || SESSION_ACCOUNT.test(name) || name.endsWith('$');
}

/** Whether an entity says nothing about who or what was involved. */
export function isBoilerplate(type: ObservableType, value: string): boolean {
  const text = value.toLowerCase();
  switch (type) {
    case 'user':
      return isAccountOfEveryMachine(text);
    case 'host':
    case 'domain':
      return HOSTS.test(text);
    case 'ip':
      return NOBODYS_ADDRESS.test(text);
    case 'md5':
    case 'sha1':
    case 'sha256':
      return emptyHashes.has(text);
    case 'url':
    case 'email':
    case 'process':
      return false;
  }
}
