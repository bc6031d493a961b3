/** The role without login that requests of a service work as, under row-level security; its login role may become it. */
export const tenantRoleOf = (loginRole: string): string => `${loginRole}_tenant`;
