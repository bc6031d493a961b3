import type { Tx } from '@soc/db-cluster';
import type { TrailRepository } from './audit-trail-repository.ts';
import type { BusRepository } from './bus-repository.ts';
import type { Bury, Corpse } from './burial.ts';
import { unreadableEventId } from './event-id.ts';
import type { HandlerRunner } from './handler-runner.ts';
import type { LetterSeal } from './letter-seal.ts';
import type { ReplayEntry, ReplayPage } from './replay-reader.ts';
import { type ReadEvent, readForReplay } from './replayable.ts';
import type { ReplayCursor, ReplaysRepository, ReplayStep, RunningReplay } from './replays-repository.ts';
import type { Subscription } from './subscription.ts';

/** One event of a replay, or an event or entry that cannot be read, with the cursor that stands behind it. */
export type Piece =
  | { readonly cursor: ReplayCursor; readonly item: ReadEvent }
  | { readonly cursor: ReplayCursor; readonly item: undefined; readonly corpse: Corpse };

/** Takes entries apart into events, without those that `from` has behind it. */
export function piecesOf(
  subscription: Subscription,
  seal: LetterSeal,
  entries: readonly ReplayEntry[],
  from: ReplayCursor,
): readonly Piece[] {
  const { type } = subscription.spec;
  let before = from.id;
  let skipped = from.index;
  return entries.flatMap(({ id, body }): readonly Piece[] => {
    const read = readForReplay(subscription.spec, seal, body);
    const cursorAfter = (index: number, count: number): ReplayCursor =>
      index + 1 === count ? { id, index: 0 } : { id: previous, index: index + 1 };
    const previous = before;
    const skip = skipped;
    [before, skipped] = [id, 0];
    if (read.ok) {
      const pieces = read.events.map((event, index): Piece => {
        const cursor = cursorAfter(index, read.events.length);
        if (event.ok) return { cursor, item: event.item };
        const { eventId, reasonCode, reason, text } = event;
        const alone = seal.seal(subscription.spec, text, read.token);
        return { cursor, item: undefined, corpse: { eventId, type, body: alone, reasonCode, reason, attempts: 0 } };
      });
      return pieces.slice(skip);
    }
    const { reasonCode, reason } = read;
    const corpse = { eventId: unreadableEventId(body), type, body, reasonCode, reason, attempts: 0 };
    return [{ cursor: { id, index: 0 }, item: undefined, corpse }];
  });
}

/** Cancelled while a step was under way; the step is undone. */
export class ReplayCancelled extends Error {
  override readonly name = 'ReplayCancelled';
}

interface Options {
  readonly inbox: Pick<BusRepository, 'claim' | 'unclaim'>;
  readonly bury: Bury;
  readonly replays: ReplaysRepository;
  readonly trail: TrailRepository;
  readonly seal: LetterSeal;
  readonly runner: HandlerRunner;
}

/** One step of a replay, all in the transaction that holds it: effects, letters, trail and cursor commit together. */
export interface ReplayStepper {
  /** Runs the handler over the pieces. Throws what the handler throws. */
  readonly run: (
    tx: Tx,
    replay: RunningReplay,
    subscription: Subscription,
    pieces: readonly Piece[],
    page: ReplayPage,
  ) => Promise<void>;
  /** Buries the one event whose handler failed. */
  readonly giveUp: (
    tx: Tx,
    replay: RunningReplay,
    subscription: Subscription,
    piece: Piece,
    failure: Pick<Corpse, 'reasonCode' | 'reason'>,
  ) => Promise<void>;
}

export function createReplayStepper(options: Options): ReplayStepper {
  const { inbox, bury, replays, trail, seal, runner } = options;

  const giveUp = async (tx: Tx, { by }: RunningReplay, corpse: Corpse): Promise<void> => {
    // Its replay as a dead letter shall have an effect, though the event had one before.
    await inbox.unclaim(tx, [corpse.eventId]);
    await bury(tx, corpse, { reopens: true, by });
  };

  const advance = async (tx: Tx, { id }: RunningReplay, step: ReplayStep): Promise<void> => {
    if (!(await replays.advance(tx, id, step))) throw new ReplayCancelled(id);
  };

  return {
    run: async (tx, replay, subscription, pieces, page) => {
      const reason = `replay ${replay.id}`;
      const readable = new Map(pieces.flatMap(({ item }) => (item ? [[item.event.id, item] as const] : [])));
      // An event may lie on its stream twice, when a relay died in between; its replay has one effect all the same.
      const done = await trail.noted(tx, [...readable.keys()], { kind: 'replayed', reason });
      const wanted = [...readable.values()].filter(
        ({ event }) => !done.has(event.id) && runner.concerns(subscription, event),
      );
      const eventIds = wanted.map(({ event }) => event.id);
      if (wanted.length > 0) {
        await inbox.claim(tx, eventIds);
        await runner.run(subscription, wanted, subscription.hasInbox ? tx : undefined);
        await trail.append(tx, [{ kind: 'replayed', type: replay.type, eventIds, reason, actor: replay.by }]);
      }
      const unreadable = pieces.flatMap((piece) => (piece.item ? [] : [piece.corpse]));
      for (const corpse of unreadable) await giveUp(tx, replay, corpse);
      const last = pieces.at(-1);
      const step: ReplayStep = {
        cursor: last?.cursor ?? replay.cursor,
        handled: wanted.length,
        ignored: readable.size - done.size - wanted.length,
        failed: unreadable.length,
        missingBefore: page.missingBefore,
      };
      await advance(tx, replay, step);
    },

    giveUp: async (tx, replay, { spec }, piece, failure) => {
      if (piece.item) {
        const { event, text } = piece.item;
        const body = seal.seal(spec, text, event.consistencytoken);
        await giveUp(tx, replay, { eventId: event.id, type: spec.type, body, attempts: 1, ...failure });
      }
      const step = { cursor: piece.cursor, handled: 0, ignored: 0, failed: 1, missingBefore: undefined };
      await advance(tx, replay, step);
    },
  };
}
