/** An answer that is there in `limitMs`. Rejects when it is not; what becomes of it later is of no interest to anybody. */
export async function within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${limitMs} ms`)), limitMs);
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}
