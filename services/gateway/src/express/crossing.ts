import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '@soc/identity';
import { requestIdFrom, tooManyRequests } from '@soc/service-kit';
import { standingFieldsOf } from '../answer-headers.ts';
import { varyOf } from '../cors.ts';
import type { RateVerdict } from '../domain/gcra.ts';
import { type Headers, responseFields } from '../domain/headers.ts';
import type { Traced } from '../request-traces.ts';
import type { AnswerSink } from '../upstream/exchange.ts';
import { type RequestBody, takeBody } from '../upstream/request-body.ts';
import type { Delivery } from '../upstream/service-upstream.ts';
import { problemOf } from '../upstream-problem.ts';
import { upstreamRequestOf } from '../upstream-request.ts';
import type { ExpressDeps } from './express-deps.ts';
import type { ExpressRoute } from './express-routes.ts';
import type { Finding } from './findings.ts';

/** Who sent a request, and from where. */
export interface Sender {
  readonly principal: Principal;
  readonly address: string;
  /** The address as clients are counted by it. */
  readonly client: string;
}

/**
 * One request that goes by express, from its head to the end of its answer, which it takes itself. It was found allowed, and room
 * for it. A class, since there is one for every request.
 */
export class Crossing implements AnswerSink, Traced {
  readonly raw: ServerResponse;
  readonly atClose: (() => void)[] = [];
  readonly asked: string[] = [];
  #delivery: Delivery | undefined;
  readonly #deps: ExpressDeps;
  readonly #request: IncomingMessage;
  readonly #route: ExpressRoute;
  readonly #sender: Sender;
  readonly #startedAtMs = performance.now();
  readonly #requestId: string;
  readonly #traceparent: string;
  #rate: RateVerdict | undefined;
  /** Neither told of nor handed over. */
  #isOurs = true;

  constructor(deps: ExpressDeps, route: ExpressRoute, request: IncomingMessage, raw: ServerResponse, sender: Sender) {
    this.#deps = deps;
    this.#route = route;
    this.#request = request;
    this.#sender = sender;
    this.#requestId = requestIdFrom(request.headers['x-request-id'], deps.nowMs());
    this.raw = raw;
    this.#traceparent = deps.traces.begin(request.headers, this);
  }

  get method(): string {
    return this.#route.spec.method;
  }

  get route(): string {
    return this.#route.spec.url;
  }

  get upstream(): string {
    return this.#route.spec.service;
  }

  begin(status: number, headers: Headers): void {
    const given = { 'x-request-id': this.#requestId, vary: varyOf(this.#deps.live.config().CORS_ORIGINS) };
    const standing = standingFieldsOf({ traceparent: this.#traceparent, rate: this.#rate });
    this.raw.writeHead(status, responseFields(headers, given, standing));
  }

  readonly fail = (error: unknown): void => this.#handOver({ kind: 'fault', error });

  cross(): void {
    const { principal, address, client } = this.#sender;
    const { shedder, countsOf, limiter } = this.#deps;
    shedder.entered(client);
    this.raw.on('close', () => this.#closed());
    try {
      const taken = limiter.take(countsOf(this.#route.traffic, principal, address));
      if (taken instanceof Promise) taken.then((verdict) => this.#rated(verdict)).catch(this.fail);
      else this.#rated(taken);
    } catch (error) {
      this.fail(error);
    }
  }

  #rated(verdict: RateVerdict | undefined): void {
    this.#rate = verdict;
    if (this.raw.destroyed) return;
    if (verdict?.allowed === false) {
      const problem = tooManyRequests('gateway.rate_limited', 'too many requests', verdict.retryAfterS);
      return this.#handOver({ kind: 'refused', problem });
    }
    const rules = { mustBeHeld: true, limitBytes: this.#route.bodyLimitBytes };
    const taken = takeBody(this.#request, rules);
    if (taken instanceof Promise) taken.then((body) => this.#send(body)).catch(this.fail);
    else this.#send(taken);
  }

  /** Nothing when the client has left, which is told when its connection closes. */
  #send(body: RequestBody | 'too_large' | undefined): void {
    if (typeof body !== 'object') return;
    const { spec } = this.#route;
    const { url: path = '/', headers } = this.#request;
    const { principal, address: clientAddress } = this.#sender;
    const [requestId, traceparent] = [this.#requestId, this.#traceparent];
    const request = upstreamRequestOf(
      spec,
      {
        method: this.method,
        path,
        headers,
        requestId,
        traceparent,
        clientAddress,
        protocol: 'http',
        principal,
        deadlineAtMs: undefined,
        upgrade: undefined,
      },
      body,
      this.#deps,
    );
    this.#deps.upstreams.of(spec.service).deliver(request, this, (delivery) => this.#delivered(delivery));
  }

  #delivered(delivery: Delivery): void {
    this.#delivery = delivery;
    this.#deps.cache.written(this.#route.spec, this.#sender);
    const { kind } = delivery.outcome;
    if (kind !== 'answered' && kind !== 'abandoned') this.#handOver({ kind: 'failed', problem: problemOf(kind) });
  }

  /** What services do not answer the app answers: its refusals go one way, with their records and their fields. */
  #handOver(answer: Finding['answer']): void {
    const { raw } = this;
    // Who has left is told of when the connection closes; an answer that has begun is what it is.
    if (raw.destroyed || !this.#isOurs) return;
    if (raw.headersSent) return void raw.destroy();
    this.#leave();
    const { headers } = this.#request;
    headers['x-request-id'] = this.#requestId;
    this.#deps.handOver(this.#request, raw, {
      startedAtMs: this.#startedAtMs,
      principal: this.#sender.principal,
      traceparent: this.#traceparent,
      rate: this.#rate,
      delivery: this.#delivery,
      asked: this.asked,
      answer,
    });
  }

  #leave(): void {
    this.#isOurs = false;
    this.#deps.shedder.left(this.#sender.client);
  }

  #closed(): void {
    for (const end of this.atClose) end();
    if (!this.#isOurs) return;
    this.#leave();
    const { method = '', url = '' } = this.#request;
    this.#deps.journal.tell({
      startedAtMs: this.#startedAtMs,
      requestId: this.#requestId,
      traceparent: this.#traceparent,
      method,
      url,
      upstream: this.upstream,
      response: this.raw,
      principal: this.#sender.principal,
      delivery: this.#delivery,
      asked: this.asked,
    });
  }
}
