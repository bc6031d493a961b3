import type { BusService } from './bus-service.ts';

/** `list` + `alert` + `DeadLetters` = `listAlertDeadLetters`. */
export const operationId = (verb: string, service: BusService, noun: string): string =>
  `${verb}${service.charAt(0).toUpperCase()}${service.slice(1)}${noun}`;
