import { GetMfaPolicy } from '@soc/contracts/auth/mfa';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';

export const getMfaPolicyRoute = ({ db, settings }: Pick<AuthDeps, 'db' | 'settings'>) =>
  route(GetMfaPolicy, async ({ principal, consistencyToken }) => ({
    mfaRequiredRoles: [...(await settings.mfaRequiredRoles(db.readYourWrites(consistencyToken), principal.tenantId))],
  }));
