import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { RejectedLine } from '@soc/contracts/alert/ingest';
import type { RuleVerdict } from '@soc/contracts/alert/rule-trials';
import {
  type CorrelationOptions,
  type CountableRule,
  createCorrelations,
  createEngine,
  type DetectionRule,
  type EventView,
  type Match,
  type Refusal,
  viewEvent,
} from '@soc/sigma';
import { alertOfMatch, type MatchFacts } from '../domain/detection/alert-of-match.ts';
import { eventTimeOf } from '../domain/detection/event-time.ts';
import type { NormalisedAlert } from '../domain/normalise/normalised-alert.ts';
import { createEventIds } from '../domain/sigma-correlation/event-ids.ts';
import { type EventLine, readEventLines } from './event-lines.ts';
import { decodeRule } from './rule-codec.ts';
import { verdictOf } from './rule-verdict.ts';
import type { BlockResult, EventMatch, TrialMatch, TrialResult } from './thread-protocol.ts';

/** Evidence that an alert shows. */
const EVIDENCE = { items: 10, characters: 200 };

const DAY_MS = 86_400_000;

/** Matches of a part of a body, beyond which its other events are rejected: each is an alert, and all are held at once. */
const MOST_MATCHES = 10_000;

/** Most of a stored block once it is decompressed. */
const BLOCK_BYTES = 64 * 1024 * 1024;

const TOO_MANY_MATCHES = 'the events before it match rules too often: send fewer together, or narrow the rules';

export interface Detector {
  /** The correlation rules, and those of the others that they count. */
  readonly countable: readonly CountableRule[];
  /** Rules that loaded but cannot be run, with the reason. */
  readonly refusals: readonly Refusal[];
  readonly match: (ndjson: Uint8Array, source: string | undefined) => BlockResult;
  readonly trial: (body: Uint8Array, source: string | undefined, receivedMs: number) => TrialResult;
  readonly explain: (events: readonly string[], source: string | undefined) => readonly RuleVerdict[];
}

/** Rules ready to see events: what runs in a thread. `encoded` is by `encodeRule`. */
export function createDetector(
  encoded: readonly string[],
  windows: CorrelationOptions,
  mostMatches = MOST_MATCHES,
): Detector {
  const rules = encoded.map(decodeRule);
  const detections = rules.filter((rule): rule is DetectionRule => rule.kind === 'detection');
  const engine = createEngine(detections);
  const correlations = createCorrelations(rules, windows);
  const countable = rules.flatMap((rule): CountableRule[] => {
    if (rule.kind === 'correlation') return [rule];
    return correlations.counts(rule.id) ? [{ kind: 'detection', id: rule.id }] : [];
  });

  /** Rules that only correlations tell of make no alerts. `idOf` names an event; it is asked in the order of the events. */
  const matchesOf = (
    { text, value, view }: EventLine,
    idOf: (text: string) => string,
    receivedAt: Date,
  ): EventMatch[] => {
    const matches = engine.match(view);
    // Equal lines match equally, so that only lines which are counted have to be told apart.
    const eventId = matches.some(({ rule }) => correlations.counts(rule.id)) ? idOf(text) : '';
    return matches.map((match) => {
      const { id } = match.rule;
      return {
        ruleId: id,
        alert: correlations.isTold(id) ? alertOf(match, value, view, receivedAt) : undefined,
        counted: correlations.counts(id)
          ? {
              ruleId: id,
              eventId,
              timeMs: eventTimeOf(view.timeMs, receivedAt.getTime()),
              fields: new Map(view.fields),
            }
          : undefined,
        text,
      };
    });
  };

  return {
    refusals: [...engine.refusals, ...correlations.refusals],
    countable,
    match: (ndjson, source) => {
      const matches: EventMatch[] = [];
      const kept: string[] = [];
      const receivedAt = new Date();
      const idOf = createEventIds();
      const excess: RejectedLine[] = [];
      const { events, rejected } = readEventLines(ndjson, source, (event) => {
        if (matches.length >= mostMatches) {
          excess.push({ index: event.index, code: 'event.too_many_matches', detail: TOO_MANY_MATCHES });
          return;
        }
        kept.push(event.text);
        matches.push(...matchesOf(event, idOf, receivedAt));
      });
      // A copy of its own, which can be handed over: the memory of zlib cannot.
      const body = new Uint8Array(zstdCompressSync(kept.join('\n')));
      const all = [...rejected, ...excess].toSorted((a, b) => a.index - b.index);
      return { events, rejected: all, matches, body };
    },
    trial: (body, source, receivedMs) => {
      const matches: TrialMatch[] = [];
      const receivedAt = new Date(receivedMs);
      const perDay = new Map<number, number>();
      let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      const ndjson = zstdDecompressSync(body, { maxOutputLength: BLOCK_BYTES });
      const { events } = readEventLines(ndjson, source, (event) => {
        const timeMs = eventTimeOf(event.view.timeMs, receivedMs);
        const day = Math.floor(timeMs / DAY_MS);
        perDay.set(day, (perDay.get(day) ?? 0) + 1);
        firstMs = Math.min(firstMs, timeMs);
        lastMs = Math.max(lastMs, timeMs);
        for (const match of engine.match(event.view)) {
          const alert = alertOf(match, event.value, event.view, receivedAt);
          matches.push({ timeMs, identity: JSON.stringify(alert?.fingerprintParts), text: event.text });
        }
      });
      return { events, perDay: [...perDay], firstMs, lastMs, matches };
    },
    explain: (events, source) =>
      events.map((text, index) => {
        const event = JSON.parse(text) as Parameters<typeof viewEvent>[0]; // written by `RuleTrials`
        return verdictOf(engine.explain(detections[0]?.id ?? '', viewEvent(event, source)), index);
      }),
  };
}

const alertOf = (
  match: Match,
  event: unknown,
  { timeMs }: EventView,
  receivedAt: Date,
): NormalisedAlert | undefined => {
  const { id, title, level, description, tags } = match.rule;
  const facts = {
    ruleId: id,
    title,
    level,
    description: description ?? null,
    tags,
    evidence: evidenceOf(match),
    timeMs,
  };
  return alertOfMatch(facts, event, receivedAt) ?? undefined;
};

const evidenceOf = (match: Match): MatchFacts['evidence'] =>
  match
    .because()
    .slice(0, EVIDENCE.items)
    .map(({ field, values }) => ({
      field: field ?? 'keyword',
      value: values.map(String).join(', ').slice(0, EVIDENCE.characters).toWellFormed(),
    }));
