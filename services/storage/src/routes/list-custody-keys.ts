import { keyIdOf } from '@soc/audit';
import { ListCustodyKeys } from '@soc/contracts/storage/custody';
import { route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';

export const listCustodyKeysRoute = ({ custodyKeys: { privateKey, publicKeys } }: Pick<StorageDeps, 'custodyKeys'>) => {
  const items = publicKeys.map((key) => ({
    keyId: keyIdOf(key),
    publicKey: key.export({ type: 'spki', format: 'pem' }).toString(),
    signs: keyIdOf(key) === keyIdOf(privateKey),
  }));
  return route(ListCustodyKeys, () => Promise.resolve({ items }));
};
