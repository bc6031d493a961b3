import { CommentAdded } from '@soc/contracts';
import { AddComment, Comment } from '@soc/contracts/alert/triage';
import { notFound, route, uuidv7 } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { answerOf, idempotentRequest } from './idempotent-request.ts';

type Deps = Pick<AlertDeps, 'db' | 'outbox' | 'alerts' | 'comments' | 'timeline' | 'idempotency' | 'now'>;

/** Characters of a comment that the timeline shows. */
const SHOWN_CHARACTERS = 200;

export const addCommentRoute = ({ db, outbox, alerts, comments, timeline, idempotency, now }: Deps) =>
  route(AddComment, async (context) => {
    const { params, body, principal, origin } = context;
    const { tenantId, subject, name } = principal;
    const add = async (tx: Parameters<Parameters<typeof db.tx>[0]>[0]): Promise<Comment> => {
      if (!(await alerts.find(tx, tenantId, params.id))) throw notFound('alert.not_found');
      const at = now();
      const comment: Comment = {
        id: uuidv7(at.getTime()),
        alertId: params.id,
        author: { id: subject, name },
        text: body.text,
        createdAt: at.toISOString(),
      };
      await comments.add(tx, tenantId, comment);
      await outbox.publish(tx, CommentAdded, { comment }, { ...origin, subject: params.id });
      await timeline.add(tx, [
        {
          id: uuidv7(at.getTime()),
          tenantId,
          alertId: params.id,
          incidentId: null,
          at: comment.createdAt,
          kind: 'commented',
          actor: name,
          summary: body.text.slice(0, SHOWN_CHARACTERS).toWellFormed(),
          data: { commentId: comment.id },
        },
      ]);
      return comment;
    };
    const request = idempotentRequest(context);
    return answerOf(await db.tx((tx) => idempotency.once(tx, request, Comment, () => add(tx))));
  });
