import type { Message } from './envelope.ts';

type Publish = (messages: readonly Message[], token?: string) => Promise<void>;

interface Waiting {
  readonly messages: readonly Message[];
  readonly token: string | undefined;
  readonly settle: PromiseWithResolvers<void>;
}

/** Two, so that the next is being sealed while one is on its way. */
const IN_FLIGHT = 2;
const MOST_MESSAGES = 1_000;

/**
 * Lets concurrent calls share frames: one that finds little on its way goes at once, those that come meanwhile travel
 * together. Nobody waits for a timer, and calls go in their order. Calls that travel together fail together.
 */
export function publishTogether(publish: Publish): Publish {
  let waiting: Waiting[] = [];
  let inFlight = 0;

  /** The calls in front that have the same token, which a frame has one of. */
  const takeNext = (): readonly Waiting[] => {
    let messages = 0;
    const end = waiting.findIndex(({ token, messages: { length } }, index) => {
      messages += length;
      return index > 0 && (token !== waiting[0]?.token || messages > MOST_MESSAGES);
    });
    const next = end === -1 ? waiting : waiting.slice(0, end);
    waiting = end === -1 ? [] : waiting.slice(end);
    return next;
  };

  const send = async (calls: readonly Waiting[]): Promise<void> => {
    try {
      const [first] = calls;
      const messages = first && calls.length === 1 ? first.messages : calls.flatMap((call) => call.messages);
      await publish(messages, first?.token);
      for (const { settle } of calls) settle.resolve();
    } catch (error) {
      for (const { settle } of calls) settle.reject(error);
    } finally {
      inFlight -= 1;
      sendWaiting();
    }
  };

  const sendWaiting = (): void => {
    while (waiting.length > 0 && inFlight < IN_FLIGHT) {
      inFlight += 1;
      void send(takeNext());
    }
  };

  return (messages, token) => {
    if (messages.length === 0) return Promise.resolve();
    const settle = Promise.withResolvers<void>();
    waiting.push({ messages, token, settle });
    sendWaiting();
    return settle.promise;
  };
}
