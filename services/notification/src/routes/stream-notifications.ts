import { StreamNotifications } from '@soc/contracts/notification/live';
import { HttpProblem, route, unavailable } from '@soc/service-kit';
import type { NotificationDeps } from '../deps.ts';
import { streamPosition } from '../domain/stream-position.ts';

const tooMany = (): HttpProblem =>
  new HttpProblem(503, 'notification.too_many_streams', 'this instance serves as many streams as it may', {
    headers: { 'retry-after': '5' },
  });

export const streamNotificationsRoute = ({ liveHub }: Pick<NotificationDeps, 'liveHub'>) =>
  route(StreamNotifications, async ({ principal, request, reply, log }) => {
    const lastEventId = streamPosition(request.headers['last-event-id']);
    const joined = await liveHub.join(principal.tenantId, lastEventId).catch((error: unknown) => {
      log.warn({ err: error }, 'live stream not opened');
      throw unavailable('notification.stream_unavailable', 'live events are not available right now');
    });
    if (!joined.ok) throw tooMany();
    return reply
      .headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx and its like would hold events back to fill a buffer.
        'x-accel-buffering': 'no',
      })
      .send(joined.stream);
  });
