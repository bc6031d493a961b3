import type { Comment } from '@soc/contracts/alert/triage';
import { type Queryable, sql } from '@soc/db-cluster';

/** What analysts say about alerts. */
export function createCommentRepository() {
  return {
    add: async (tx: Queryable, tenantId: string, comment: Comment): Promise<void> => {
      const { id, alertId, author, text, createdAt } = comment;
      await tx.query(sql`
        insert into alert.comments (id, tenant_id, alert_id, author_id, author_name, text, created_at)
        values (${id}, ${tenantId}, ${alertId}, ${author.id}, ${author.name}, ${text}, ${createdAt})`);
    },

    list: (
      read: Queryable,
      tenantId: string,
      alertId: string,
      page: { readonly afterId: string | undefined; readonly limitRows: number },
    ): Promise<Comment[]> => {
      const after = page.afterId === undefined ? sql`` : sql`and id > ${page.afterId}`;
      return read.query<Comment>(sql`
        select id, alert_id as "alertId", jsonb_build_object('id', author_id, 'name', author_name) as author, text,
          created_at as "createdAt"
        from alert.comments where alert_id = ${alertId} and tenant_id = ${tenantId} ${after}
        order by id limit ${page.limitRows}`);
    },
  };
}

export type CommentRepository = ReturnType<typeof createCommentRepository>;
