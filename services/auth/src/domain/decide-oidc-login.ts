import type { Account } from './account.ts';

export type OidcRefusal =
  | 'oidc_no_account'
  | 'oidc_account_inactive'
  | 'oidc_email_unverified'
  | 'oidc_email_taken'
  | 'oidc_domain_refused';

export type OidcDecision =
  | { readonly kind: 'known'; readonly account: Account }
  | { readonly kind: 'link'; readonly account: Account }
  | { readonly kind: 'create'; readonly email: string }
  | { readonly kind: 'refuse'; readonly refusal: OidcRefusal };

export interface OidcFacts {
  readonly provider: {
    readonly tenantId: string;
    readonly provisioning: 'none' | 'link' | 'create';
    readonly emailDomains: readonly string[];
  };
  /** The account that was tied to this subject of the provider before. */
  readonly known: Account | undefined;
  readonly verifiedEmail: string | undefined;
  /** The account with that address, of whatever tenant. */
  readonly sameEmail: Account | undefined;
}

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

const refuse = (refusal: OidcRefusal): OidcDecision => ({ kind: 'refuse', refusal });

/**
 * Who a verified subject of a provider is here. An address ties to an account only of the provider's own tenant, and only
 * when the provider has verified it: whoever may name an address would otherwise take over the account that has it.
 */
export function decideOidcLogin({ provider, known, verifiedEmail, sameEmail }: OidcFacts): OidcDecision {
  if (known) return known.active ? { kind: 'known', account: known } : refuse('oidc_account_inactive');
  if (provider.provisioning === 'none') return refuse('oidc_no_account');
  if (verifiedEmail === undefined) return refuse('oidc_email_unverified');
  const { emailDomains } = provider;
  if (emailDomains.length > 0 && !emailDomains.includes(domainOf(verifiedEmail))) return refuse('oidc_domain_refused');
  if (!sameEmail) {
    return provider.provisioning === 'create' ? { kind: 'create', email: verifiedEmail } : refuse('oidc_no_account');
  }
  if (sameEmail.tenantId !== provider.tenantId) return refuse('oidc_email_taken');
  return sameEmail.active ? { kind: 'link', account: sameEmail } : refuse('oidc_account_inactive');
}
