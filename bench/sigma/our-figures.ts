/** What the process of our engine tells. Times are CPU time, an event's in microseconds. */
export interface OurFigures {
  readonly rules: number;
  readonly events: number;
  readonly matches: number;
  /** From the line of JSON to the matches. */
  readonly cpuUs: number;
  readonly wallMs: number;
  readonly readS: number;
  readonly compileS: number;
  /** Of the process after all events; node itself and the rules' texts are in it. */
  readonly rssMb: number;
  readonly rulesHeapMb: number;
  readonly engineHeapMb: number;
  readonly parseUs: number;
  /** Of events that are parsed and viewed already, by number of rules. */
  readonly matchUs: number;
  readonly matchUs100: number;
  readonly matchUs1000: number;
}
