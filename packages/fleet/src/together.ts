/**
 * Like `Promise.all`, but waits for all to end before it throws the first failure: nothing is left half started behind
 * the back of who must stop it.
 */
export async function together<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  const outcomes = await Promise.allSettled(work);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  return Promise.all(work);
}

/** Runs `work` over the items, at most `limit` at a time. Throws the first failure when all that began have ended. */
export async function eachAtMost<T>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const takeNext = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        waiting.length = 0; // no use in starting more
        throw error;
      }
    }
  };
  await together(Array.from({ length: limit }, takeNext));
}
