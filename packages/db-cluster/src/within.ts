/** What `work` resolves with; throws when that takes longer than `timeoutMs`. */
export async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    // An answer that has arrived while this process was busy is read before time is called.
    setImmediate(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)));
  }, timeoutMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
