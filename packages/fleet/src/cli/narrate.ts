import type { FleetEvent } from '../fleet-event.ts';

/** Tells an event of a fleet in a line; the beginning of a step that will be told when it is done is passed over. */
export function narrate(event: FleetEvent, print: (line: string) => void): void {
  switch (event.kind) {
    case 'began':
      return;
    case 'done':
      return print(`  ${event.step.padEnd(24, ' ')}${(event.afterMs / 1000).toFixed(1).padStart(6)} s`);
    case 'note':
      return print(`    ${event.text}`);
    case 'died':
      return print(`! ${event.name} died (${event.how}); it is started again in ${event.restartInMs / 1000} s`);
    case 'recovered':
      return print(`! ${event.name} is back after ${(event.afterMs / 1000).toFixed(1)} s`);
    case 'unready':
      return print(`! ${event.name} runs again but is not healthy; its log tells why`);
    case 'rebuilt':
      return print(`! ${event.name} is made anew: ${event.why}`);
  }
}
