import { CreateAlert } from '@soc/contracts/alert/ingest';
import { invalidRequest, route } from '@soc/service-kit';
import type { AlertDeps } from '../deps.ts';
import { alertFromApi } from '../domain/alert-from-api.ts';
import { answerOf, idempotentRequest } from './idempotent-request.ts';

/** Answers after the commit, which concurrent requests share. */
export const createAlertRoute = ({ ingest, now }: Pick<AlertDeps, 'ingest' | 'now'>) =>
  route(CreateAlert, async (context) => {
    const { body, origin } = context;
    const read = alertFromApi(body, now());
    if (!read.ok) throw invalidRequest(read.errors);
    const answered = await ingest.one({
      alert: read.alert,
      payload: JSON.stringify(body),
      fingerprint: body.fingerprint,
      origin,
      idempotency: idempotentRequest(context),
    });
    return answerOf(answered);
  });
