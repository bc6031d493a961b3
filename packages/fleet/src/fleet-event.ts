import type { ProcessEvent } from './supervisor/process-spec.ts';

/** What happens while a fleet starts, runs and stops. */
export type FleetEvent =
  | { readonly kind: 'began'; readonly step: string }
  | { readonly kind: 'done'; readonly step: string; readonly afterMs: number }
  | { readonly kind: 'note'; readonly text: string }
  | ProcessEvent;

/** Runs one step, told before and after. */
export async function tellStep<T>(
  step: string,
  onEvent: (event: FleetEvent) => void,
  work: () => Promise<T>,
): Promise<T> {
  const beganAtMs = performance.now();
  onEvent({ kind: 'began', step });
  const outcome = await work();
  onEvent({ kind: 'done', step, afterMs: Math.round(performance.now() - beganAtMs) });
  return outcome;
}
