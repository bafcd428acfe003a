import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import type { ObservabilityConfig } from './config.ts';
import { type Invocation, type InvocationContext, requireContext, withContext } from './context.ts';
import { newCorrelationId } from './correlation.ts';
import { DebugLines } from './debug-lines.ts';
import { ServiceError, toServiceError } from './errors.ts';
import type {
  HandlerTools,
  HttpOptions,
  InstrumentedCatalogue,
  InstrumentedHandler,
  InstrumentOptions,
  LibraryMetrics,
} from './handler-options.ts';
import {
  answer,
  DEFAULT_BODY_LIMIT,
  errorResponse,
  type Routes,
  routeOf,
  toGatewayResponse,
} from './http.ts';
import type { InvocationLog } from './logger.ts';
import type { Metrics, MetricsRegistry } from './metrics.ts';
import { type Origin, originOfEvent, originOfHeaders } from './origin.ts';
import { createRss, environmentStartMs } from './process-facts.ts';
import type { AfterResponse } from './push/extension.ts';
import type { Pusher } from './push/pusher.ts';
import { forTheRuntime } from './redaction/thrown.ts';
import { handleBatch } from './sqs.ts';
import { type ResponseSink, streamed, streaming } from './streaming.ts';

export interface Pipeline<C extends InstrumentedCatalogue> {
  readonly config: ObservabilityConfig;
  readonly log: InvocationLog;
  readonly metrics: MetricsRegistry<C>;
  readonly pusher: Pusher;
  readonly afterResponse?: AfterResponse | undefined;
}

/** What is left of an invocation's time when it counts as near its time-out: a tenth. */
const NEAR_TIMEOUT = 0.1;
/** Without a Lambda context (a test, a container) there is no deadline; this one bounds the push all the same. */
const NO_DEADLINE_MS = 60_000;
/** After the response nobody waits, but the environment is held, and billed. */
const AFTER_RESPONSE_BUDGET_MS = 1_000;
/** Kept free, beside the push, for the answer of an invocation that is cut short. */
const RESPONSE_RESERVE_MS = 100;
/**
 * Makes `instrument`, the one call that a handler is made with. It binds the correlation id, logs, counts, maps
 * errors once and pushes at the end, on every path: return, throw, time-out.
 */
export function createInstrument<C extends InstrumentedCatalogue>(pipeline: Pipeline<C>) {
  const { config, log, metrics, pusher } = pipeline;
  const own = metrics as unknown as Metrics<LibraryMetrics>;
  const rss = createRss();
  let coldStart = true;

  function countError(error: ServiceError, component: string, fields: Record<string, unknown> = {}): void {
    own.inc('fte_errors_total', {
      error_type: error.type,
      component: error.component ?? component,
      severity: error.severity,
    });
    const facts = { ...fields, error_code: error.code, status: error.status };
    // The caller's own doing needs no stack; ours does.
    if (error.severity === 'low') log.warn('refused', { ...facts, issues: error.issues });
    else log.error('failed', { ...facts, error });
  }

  return function instrument(options: InstrumentOptions<C>): InstrumentedHandler {
    const fn = options.function as string;
    const initSeconds = (performance.now() - environmentStartMs()) / 1000;

    const tools: HandlerTools<C> = {
      log,
      metrics,
      get correlationId() {
        return requireContext().correlationId;
      },
      remainingMs: () => requireContext().invocation.remainingMs(),
      within: (record, task) => bind(originOfEvent(record), () => task(requireContext().correlationId)),
    };

    /** Runs `task` as what goes on from an origin, within the running invocation. */
    function bind<T>(origin: Origin, task: () => T): T {
      return withContext(contextOf(origin, requireContext().invocation), task);
    }

    function contextOf({ debug, ...origin }: Origin, invocation: Invocation): InvocationContext {
      return { ...origin, debug: debug ?? Math.random() < config.debugSample, invocation };
    }

    /** A batch's records have an origin each; what is between them has none. */
    function originOf(event: unknown): Origin {
      if (options.trigger === 'http') return originOfHeaders((event as APIGatewayProxyEventV2).headers);
      if (options.trigger !== 'sqs') return originOfEvent(event);
      return { correlationId: newCorrelationId(), trace: undefined, debug: false };
    }

    /** The handler's own work; each trigger's errors are handled where their unit is known. */
    async function work(event: unknown): Promise<unknown> {
      if (options.trigger === 'http') return http(event as APIGatewayProxyEventV2, options);
      if (options.trigger === 'schedule') return options.run(tools);
      if (options.trigger === 'event') return options.event(event, tools);
      const { invocation } = requireContext();
      return handleBatch(event as SQSEvent, (message) => options.message(message, tools), {
        bind,
        failed: (error, record) => {
          log.release(invocation.held, requireContext());
          countError(toServiceError(error), options.component, {
            message_id: record.messageId,
            receive_count: record.attributes.ApproximateReceiveCount,
          });
        },
        timeLeftMs: () => invocation.remainingMs() - config.pushBudgetMs - 2 * RESPONSE_RESERVE_MS,
      });
    }

    async function http(event: APIGatewayProxyEventV2, { routes, bodyLimit }: HttpOptions<C>) {
      const response = await answer(event, routes, tools, bodyLimit ?? DEFAULT_BODY_LIMIT);
      const head = toGatewayResponse(response, tools.correlationId);
      return streamed(response, head, requireContext().invocation.sink);
    }

    function finishRequest(event: APIGatewayProxyEventV2, seconds: number, response: unknown): void {
      if (options.trigger !== 'http') return;
      const { method, endpoint } = routeOf(event, options.routes as Routes<never>);
      const status = (response as { statusCode?: number } | undefined)?.statusCode ?? 500;
      own.inc('fte_http_requests_total', { method, endpoint, status_code: String(status) } as never);
      own.observe('fte_http_request_duration_seconds', { method, endpoint } as never, seconds);
      log.info('request', { method, endpoint, status, duration_ms: Math.round(seconds * 1000) });
    }

    function finishInvocation(invocation: Invocation, seconds: number): void {
      const near = invocation.remainingMs() < invocation.budgetMs * NEAR_TIMEOUT;
      if (near) log.release(invocation.held);
      const outcome = invocation.failed ? 'error' : near ? 'timeout_near' : 'success';
      own.inc('fte_lambda_invocations_total', { function: fn, outcome });
      own.observe('fte_lambda_duration_seconds', { function: fn }, seconds);
      own.observe('fte_lambda_memory_used_bytes', { function: fn }, rss());
      if (invocation.coldStart) {
        own.inc('fte_lambda_cold_starts_total', { function: fn });
        own.observe('fte_lambda_init_duration_seconds', { function: fn }, initSeconds);
      }
    }

    /** In line when it can't be done after the response: then within a budget that a caller may be made to wait. */
    async function flush({ requestId, remainingMs }: Invocation): Promise<void> {
      const later = (withinMs: number) => push(withinMs, AFTER_RESPONSE_BUDGET_MS);
      if (!pipeline.afterResponse?.run(requestId, later)) await push(remainingMs(), config.pushBudgetMs);
    }

    async function push(withinMs: number, budgetMs: number): Promise<void> {
      const report = await pusher.push(metrics.snapshot, withinMs, budgetMs);
      if (report === undefined) return;
      // These travel with the next push: an entry can't hold the outcome of its own delivery.
      own.inc('fte_push_attempts_total', { outcome: report.outcome });
      if (report.outcome !== 'skipped') own.observe('fte_push_duration_seconds', {}, report.seconds);
    }

    const observability: middy.MiddlewareObj = {
      onError: function mapError(request) {
        const { correlationId, invocation } = requireContext();
        const error = toServiceError(request.error);
        invocation.failed = options.trigger !== 'http' || error.status >= 500;
        if (invocation.failed) log.release(invocation.held);
        countError(error, options.component);
        if (options.trigger !== 'http') request.error = forTheRuntime(request.error);
        if (options.trigger === 'http') {
          const { known } = routeOf(request.event as APIGatewayProxyEventV2, options.routes as Routes<never>);
          if (known && error.status < 500) options.refused?.(error);
          request.response = toGatewayResponse(errorResponse(error, correlationId), correlationId);
        }
      },
    };

    const pipelined = middy(work, {
      timeoutEarlyInMillis: config.pushBudgetMs + RESPONSE_RESERVE_MS,
      timeoutEarlyResponse: () => {
        throw new ServiceError({
          code: 'FTE_TIMEOUT',
          type: 'timeout',
          status: 504,
          message: 'The answer took too long. Please try again.',
        });
      },
      requestEnd: async function finish(request) {
        const { invocation } = requireContext();
        const seconds = (performance.now() - invocation.startedAt) / 1000;
        finishRequest(request.event as APIGatewayProxyEventV2, seconds, request.response);
        finishInvocation(invocation, seconds);
        await flush(invocation);
      },
    }).use(observability);

    const invoke = (given: unknown, context: Context, sink?: ResponseSink): Promise<unknown> => {
      // A direct invocation may bring nothing at all; that is counted as any other.
      const event = given ?? {};
      const remainingMs = () => context?.getRemainingTimeInMillis?.() ?? NO_DEADLINE_MS;
      const invocation: Invocation = {
        requestId: context?.awsRequestId ?? 'none',
        functionName: fn,
        coldStart,
        startedAt: performance.now(),
        budgetMs: remainingMs(),
        remainingMs,
        sink,
        failed: false,
        held: new DebugLines(),
      };
      coldStart = false;
      return withContext(contextOf(originOf(event), invocation), () => pipelined(event, context));
    };
    const routes = options.trigger === 'http' ? Object.keys(options.routes) : [];
    // By its two parameters the runtime knows that it is no callback handler.
    const plain = (event: unknown, context: Context) => invoke(event, context);
    const handler = options.trigger === 'http' && options.streams ? streaming(invoke) : plain;
    return Object.assign(handler, { instrumented: { function: fn, trigger: options.trigger, routes } });
  };
}
