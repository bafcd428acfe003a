import type { Context } from 'aws-lambda';
import type { Catalogue, LabelsOf } from './catalogue.ts';
import type { ServiceError } from './errors.ts';
import type { Routes } from './http.ts';
import type { libraryMetrics } from './library-metrics.ts';
import type { Log } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { QueueMessage } from './sqs.ts';

/** The library's own metrics, whatever the sets of their labels. */
export type LibraryMetrics = ReturnType<
  typeof libraryMetrics<readonly string[], readonly string[], readonly string[]>
>;
/** A catalogue that has the library's own metrics spread into it. */
export type InstrumentedCatalogue = Catalogue & LibraryMetrics;
type FunctionNameOf<C extends InstrumentedCatalogue> = LabelsOf<
  C,
  'fte_lambda_cold_starts_total'
>['function'];
type ComponentOf<C extends InstrumentedCatalogue> = LabelsOf<C, 'fte_errors_total'>['component'];

/** What a handler is given beside its event. */
export interface HandlerTools<C extends Catalogue> {
  readonly log: Log;
  readonly metrics: Metrics<C>;
  /** Of the running request or record. */
  readonly correlationId: string;
  /** Milliseconds until Lambda ends the invocation. */
  remainingMs(): number;
}

interface CommonOptions<C extends InstrumentedCatalogue> {
  /** The function's name in `serverless.yml`. */
  readonly function: FunctionNameOf<C>;
  /** Where an error without a component of its own is counted. */
  readonly component: ComponentOf<C>;
}
export interface HttpOptions<C extends InstrumentedCatalogue> extends CommonOptions<C> {
  readonly trigger: 'http';
  readonly routes: Routes<HandlerTools<C>>;
  /** Bytes; default 64 KiB. A larger body is refused with 413. */
  readonly bodyLimit?: number;
  /** The function's URL streams responses (`invokeMode: RESPONSE_STREAM`). Default false. */
  readonly streams?: boolean;
  /** Called once for a request to one of the routes that is answered with a 4xx, to count what it means here. */
  readonly refused?: (error: ServiceError) => void;
}
export interface SqsOptions<C extends InstrumentedCatalogue> extends CommonOptions<C> {
  readonly trigger: 'sqs';
  /** Handles one message; what it throws makes SQS deliver that message again. */
  readonly message: (message: QueueMessage, tools: HandlerTools<C>) => Promise<void>;
}
export interface ScheduleOptions<C extends InstrumentedCatalogue> extends CommonOptions<C> {
  readonly trigger: 'schedule';
  readonly run: (tools: HandlerTools<C>) => Promise<unknown>;
}
export interface EventOptions<C extends InstrumentedCatalogue> extends CommonOptions<C> {
  /** Any other event source, as S3. */
  readonly trigger: 'event';
  /** What it throws is counted and thrown on, so that Lambda delivers the event again. */
  readonly event: (event: unknown, tools: HandlerTools<C>) => Promise<unknown>;
}
export type InstrumentOptions<C extends InstrumentedCatalogue> =
  | HttpOptions<C>
  | SqsOptions<C>
  | ScheduleOptions<C>
  | EventOptions<C>;

/** What every handler of the project is; `instrumented` says how, for the test that walks `serverless.yml`. */
export interface InstrumentedHandler {
  (event: unknown, context: Context): Promise<unknown>;
  readonly instrumented: {
    readonly function: string;
    readonly trigger: InstrumentOptions<InstrumentedCatalogue>['trigger'];
    readonly routes: readonly string[];
  };
}
