import type { PayloadOf, UserChanged } from '@soc/contracts';
import type { Person } from '@soc/contracts/notification/people';
import { type Queryable, sql, type Tx } from '@soc/db-cluster';

interface PersonRow {
  readonly user_id: string;
  readonly email: string;
  readonly display_name: string;
  readonly roles: string[];
}

/** The directory of people, as auth last told it. */
export function createPersonRepository() {
  return {
    /** An older version never takes the place of a newer one. */
    save: async (tx: Tx, tenantId: string, user: PayloadOf<typeof UserChanged>): Promise<void> => {
      await tx.query(sql`
        insert into notification.people as person (user_id, tenant_id, email, display_name, roles, active, version)
        values (${user.userId}, ${tenantId}, ${user.email}, ${user.displayName}, ${user.roles}, ${user.active}, ${user.version})
        on conflict (user_id) do update set
          tenant_id = excluded.tenant_id, email = excluded.email, display_name = excluded.display_name,
          roles = excluded.roles, active = excluded.active, version = excluded.version
        where person.version < excluded.version`);
    },

    listActive: async (
      read: Queryable,
      filter: { readonly tenantId: string; readonly afterId: string | undefined; readonly limitRows: number },
    ): Promise<readonly Person[]> => {
      const { tenantId, afterId, limitRows } = filter;
      const further = afterId === undefined ? sql`` : sql`and user_id > ${afterId}`;
      const rows = await read.query<PersonRow>(sql`
        select user_id, email, display_name, roles from notification.people
        where tenant_id = ${tenantId} and active ${further}
        order by user_id limit ${limitRows}`);
      return rows.map(({ user_id, display_name, email, roles }) => ({
        userId: user_id,
        email,
        displayName: display_name,
        roles,
      }));
    },
  };
}

export type PersonRepository = ReturnType<typeof createPersonRepository>;
