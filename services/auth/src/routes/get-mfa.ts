import { GetMfa } from '@soc/contracts/auth/mfa';
import { route } from '@soc/service-kit';
import type { AuthDeps } from '../deps.ts';
import { isMfaRequired } from '../domain/grant.ts';

/** A machine has no second factor, and needs none. */
export const getMfaRoute = ({ db, users, mfa, settings }: Pick<AuthDeps, 'db' | 'users' | 'mfa' | 'settings'>) =>
  route(GetMfa, async ({ principal, consistencyToken }) => {
    const { kind, tenantId, subject } = principal;
    const read = db.readYourWrites(consistencyToken);
    const account = kind === 'user' ? await users.find(read, tenantId, subject) : undefined;
    if (!account) return { enabled: false, required: false, enabledAt: null, recoveryCodesLeft: 0 };
    const { enabledAt, recoveryCodesLeft } = await mfa.status(read, account.id);
    const required = isMfaRequired(account.roles, await settings.mfaRequiredRoles(read, tenantId));
    return { enabled: enabledAt !== null, required, enabledAt, recoveryCodesLeft };
  });
