import { expect, test } from 'vitest';
import type { Account } from './account.ts';
import { decideOidcLogin, type OidcFacts } from './decide-oidc-login.ts';
import { newAccount } from './new-account.ts';

const account = (changes: Partial<Account> = {}): Account => ({
  ...newAccount(
    { id: 'u1', tenantId: 'a', email: 'ann@example.org', displayName: 'Ann', passwordHash: '', roles: [] },
    new Date(0),
  ),
  ...changes,
});
const provider = { tenantId: 'a', provisioning: 'create', emailDomains: [] } as const;
const verifiedEmail = 'ann@example.org';
const decide = (facts: Partial<OidcFacts>) =>
  decideOidcLogin({ provider, known: undefined, verifiedEmail, sameEmail: undefined, ...facts });

test('who was here before is the same person, whatever address the provider tells by now', () => {
  const known = account();
  expect(decide({ known, verifiedEmail: undefined })).toEqual({ kind: 'known', account: known });
  expect(decide({ known, sameEmail: account({ id: 'u2' }) })).toMatchObject({ account: { id: 'u1' } });
});

test.each<[string, Partial<OidcFacts>, string]>([
  ['a deactivated account', { known: account({ active: false }) }, 'oidc_account_inactive'],
  ['a deactivated account of the same address', { sameEmail: account({ active: false }) }, 'oidc_account_inactive'],
  ['an unverified address', { verifiedEmail: undefined }, 'oidc_email_unverified'],
  ['an account of another tenant', { sameEmail: account({ tenantId: 'b' }) }, 'oidc_email_taken'],
  ['nobody known, where none are taken in', { provider: { ...provider, provisioning: 'none' } }, 'oidc_no_account'],
  [
    'nobody known, where accounts are only tied',
    { provider: { ...provider, provisioning: 'link' } },
    'oidc_no_account',
  ],
  ['another domain', { provider: { ...provider, emailDomains: ['example.com'] } }, 'oidc_domain_refused'],
  [
    'a domain that only ends alike',
    { provider: { ...provider, emailDomains: ['example.org'] }, verifiedEmail: 'ann@evil-example.org' },
    'oidc_domain_refused',
  ],
  [
    'a domain in the local part',
    { provider: { ...provider, emailDomains: ['example.org'] }, verifiedEmail: '"x@example.org"@evil.test' },
    'oidc_domain_refused',
  ],
])('%s is refused', (_, facts, refusal) => {
  expect(decide(facts)).toEqual({ kind: 'refuse', refusal });
});

test('a verified address ties to the account that has it, or makes one', () => {
  const sameEmail = account();
  expect(decide({ sameEmail })).toEqual({ kind: 'link', account: sameEmail });
  expect(decide({ provider: { ...provider, emailDomains: ['example.org'] } })).toEqual({
    kind: 'create',
    email: verifiedEmail,
  });
});
