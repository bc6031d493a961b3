import { Counter, createDurations, type RecordDuration, type Registry } from '@soc/monitoring';

const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'] as const;
export type StatusClass = (typeof STATUS_CLASSES)[number];

/** `2xx` of 204. */
export const statusClassOf = (status: number): StatusClass => STATUS_CLASSES[Math.floor(status / 100) - 1] ?? '5xx';

/** Counts the requests of one upstream; kept by its routes, so that nothing is looked up. */
export type RecordRequest = (statusClass: StatusClass, seconds: number) => void;

/** The two series of requests. Requests only add to numbers; labels are put to them when somebody asks. */
export function createRequestMetrics(registry: Registry): (upstream: string) => RecordRequest {
  const untold = new Map<string, Record<StatusClass, number>>();
  const requests = new Counter({
    name: 'soc_gateway_requests_total',
    help: 'Requests by the service that answered and the class of the status; `aborted` when the client left first.',
    labelNames: ['upstream', 'status_class'],
    registers: [registry],
    collect: () => {
      for (const [upstream, counts] of untold) {
        for (const statusClass of STATUS_CLASSES) {
          // Failures are counted from zero: a share of them is a number, and the first of them an increase.
          if (counts[statusClass] > 0 || statusClass === '5xx') {
            requests.inc({ upstream, status_class: statusClass }, counts[statusClass]);
          }
          counts[statusClass] = 0;
        }
      }
    },
  });
  const durations = createDurations({
    registry,
    name: 'soc_gateway_request_duration_seconds',
    help: 'From the head of the request to the end of the answer.',
    labelNames: ['upstream'],
    bucketsS: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
  });
  const recorders = new Map<string, RecordRequest>();

  const recorderOf = (upstream: string): RecordRequest => {
    const counts = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0, aborted: 0 };
    const observe: RecordDuration = durations.of({ upstream });
    untold.set(upstream, counts);
    return (statusClass, seconds) => {
      counts[statusClass] += 1;
      observe(seconds);
    };
  };
  return (upstream) => {
    const known = recorders.get(upstream);
    if (known) return known;
    const recorder = recorderOf(upstream);
    recorders.set(upstream, recorder);
    return recorder;
  };
}
