import { type ChannelKind, ChannelSettings } from '@soc/contracts/notification/channels';
import { type Queryable, sql, type Tx } from '@soc/db-cluster';
import type { z } from 'zod';
import type { AttemptDecision } from '../domain/decide-attempt.ts';
import { Message } from '../domain/message.ts';
import type { ChannelTarget } from './sender.ts';

/** A delivery this process may send now, and nobody else for the time of the lease. */
export interface LeasedDelivery {
  readonly id: string;
  readonly tenantId: string;
  readonly channelId: string;
  readonly channelKind: ChannelKind;
  readonly eventId: string;
  readonly correlationId: string;
  /** This try included. */
  readonly attempts: number;
  /** What it is about, and its title. */
  readonly about: { readonly type: string; readonly subject: string; readonly title: string };
  readonly content: DeliveryContent;
}

/** What to send and where to, or why that cannot be told. */
export type DeliveryContent =
  | {
      readonly ok: true;
      readonly message: Message;
      /** Undefined when the channel is gone or switched off. */
      readonly target: ChannelTarget | undefined;
    }
  | { readonly ok: false; readonly reason: string };

interface LeaseRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly channel_id: string;
  readonly channel_kind: ChannelKind;
  readonly event_id: string;
  readonly correlation_id: string;
  readonly attempts: number;
  readonly event_type: string;
  readonly subject: string;
  readonly title: string;
  readonly message: unknown;
  readonly enabled: boolean | null;
  readonly settings: unknown;
  readonly secret: string | null;
}

/** Row by row: what another version wrote and this one cannot read must not cost the others of its batch their turn. */
function contentOf({ message, enabled, channel_kind, settings, channel_id, secret }: LeaseRow): DeliveryContent {
  const read = Message.safeParse(message);
  if (!read.success) return { ok: false, reason: `the stored message cannot be read: ${placesOf(read.error)}` };
  if (enabled !== true) return { ok: true, message: read.data, target: undefined };
  const known = ChannelSettings.safeParse({ kind: channel_kind, settings });
  if (!known.success) return { ok: false, reason: `the channel's settings cannot be read: ${placesOf(known.error)}` };
  const target = { channelId: channel_id, settings: known.data, sealedSecret: secret };
  return { ok: true, message: read.data, target };
}

/** Where it does not fit, without a value: settings may hold what the log is not for. */
const placesOf = ({ issues }: z.ZodError): string => [...new Set(issues.map(({ path }) => path.join('.')))].join(', ');

const fromRow = (row: LeaseRow): LeasedDelivery => ({
  id: row.id,
  tenantId: row.tenant_id,
  channelId: row.channel_id,
  channelKind: row.channel_kind,
  eventId: row.event_id,
  correlationId: row.correlation_id,
  attempts: row.attempts,
  about: { type: row.event_type, subject: row.subject, title: row.title },
  content: contentOf(row),
});

/** The delivery log as the sending process sees it. */
export function createLeaseRepository() {
  return {
    /**
     * Takes deliveries that are due, at most `perChannel` of one channel, so that a slow receiver cannot take every place.
     * The try is counted here and not after the send: a message that kills its process is given up in the end.
     */
    take: async (
      write: Queryable,
      options: {
        readonly at: Date;
        readonly until: Date;
        readonly limitRows: number;
        readonly perChannel: number;
        readonly exceptChannels: readonly string[];
      },
    ): Promise<readonly LeasedDelivery[]> => {
      const { at, until, limitRows, perChannel, exceptChannels } = options;
      // `skip locked` lets replicas share the work; the inner conditions are asked again once the row is locked.
      const rows = await write.query<LeaseRow>(sql`
        with due as (
          select id, channel_id, next_attempt_at from notification.deliveries
          where status = 'pending' and next_attempt_at <= ${at}::timestamptz and channel_id <> all(${exceptChannels}::uuid[])
          order by next_attempt_at limit 500
        ), placed as (
          select id, row_number() over (partition by channel_id order by next_attempt_at) as place from due
        ), leased as (
          update notification.deliveries set attempts = attempts + 1, next_attempt_at = ${until}::timestamptz
          where id in (
            select id from notification.deliveries
            where id in (select id from placed where place <= ${perChannel})
              and status = 'pending' and next_attempt_at <= ${at}::timestamptz
            order by next_attempt_at limit ${limitRows} for update skip locked)
          returning id, tenant_id, channel_id, channel_kind, event_id, correlation_id, attempts, event_type, subject, title,
            message
        )
        select leased.*, channel.enabled, channel.settings, channel.secret
        from leased left join notification.channels as channel on channel.id = leased.channel_id`);
      return rows.map(fromRow);
    },

    /** Writes down how a try ended. False when the lease has run out and another process has the delivery now. */
    record: async (
      tx: Tx,
      { id, attempts }: Pick<LeasedDelivery, 'id' | 'attempts'>,
      decision: AttemptDecision,
      at: Date,
    ): Promise<boolean> => {
      const nextAttemptAt = decision.status === 'pending' ? decision.nextAttemptAt : null;
      const endedAt = decision.status === 'pending' ? null : at;
      const lastError = decision.status === 'delivered' ? null : decision.reason;
      const rows = await tx.query(sql`
        update notification.deliveries
        set status = ${decision.status}, last_error = ${lastError}, next_attempt_at = ${nextAttemptAt}, ended_at = ${endedAt}
        where id = ${id} and status = 'pending' and attempts = ${attempts}
        returning id`);
      return rows.length > 0;
    },
  };
}

export type LeaseRepository = ReturnType<typeof createLeaseRepository>;
