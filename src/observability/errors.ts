import { redactText } from './redaction/text.ts';

/** What went wrong, as `fte_errors_total` counts it. Closed: it follows from the error's class. */
export const ERROR_TYPES = [
  'validation',
  'auth',
  'signature',
  'rate_limit',
  'timeout',
  'llm',
  'tool',
  'database',
  'queue',
  'delivery',
  'parse',
  'config',
  'internal',
] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How bad each type is: `low` is the caller's doing, `critical` stops the service. */
export const ERROR_SEVERITY: Readonly<Record<ErrorType, Severity>> = Object.freeze({
  validation: 'low',
  auth: 'low',
  signature: 'medium',
  rate_limit: 'low',
  timeout: 'medium',
  llm: 'medium',
  tool: 'medium',
  database: 'high',
  queue: 'high',
  delivery: 'medium',
  parse: 'low',
  config: 'critical',
  internal: 'high',
});

/** A field of the input that was refused, and why. */
export interface FieldIssue {
  readonly field: string;
  readonly reason: string;
}

export interface ServiceErrorOptions {
  /** Stable, documented, upper case: `FTE_TICKET_NOT_FOUND`. */
  readonly code: string;
  readonly type: ErrorType;
  /** The HTTP status that a caller gets. */
  readonly status: number;
  /** The sentence that a caller may read. What must stay inside belongs into `cause`. */
  readonly message: string;
  /** Where it is counted; without one, the handler's own component. */
  readonly component?: string;
  readonly issues?: readonly FieldIssue[];
  /** Response headers, as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * The one base class of errors. Its `message` is public: it is what a caller reads; the `cause` is not.
 *
 * @example throw new ServiceError({ code: 'SHOP_NO_STOCK', type: 'validation', status: 409, message: 'Sold out.' });
 */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
  readonly code: string;
  readonly type: ErrorType;
  readonly severity: Severity;
  readonly status: number;
  readonly component: string | undefined;
  readonly issues: readonly FieldIssue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(options: ServiceErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.type = options.type;
    this.severity = ERROR_SEVERITY[options.type];
    this.status = options.status;
    this.component = options.component;
    this.issues = options.issues ?? [];
    this.headers = options.headers ?? {};
  }
}

/** Anything that is not a `ServiceError` is ours to explain, not the caller's to read. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError({
    code: 'FTE_INTERNAL',
    type: 'internal',
    status: 500,
    message: 'Something went wrong on our side. Please try again; quote the correlation id if it persists.',
    cause: error,
  });
}

/** A variable of the environment that can't be used: names it, what it held, and what it may hold. */
export class ConfigError extends ServiceError {
  override readonly name = 'ConfigError';

  constructor(variable: string, held: string | undefined, allowed: string) {
    const was = held === undefined ? 'is not set' : `holds ${JSON.stringify(held)}`;
    super({
      code: 'FTE_CONFIG',
      type: 'config',
      status: 500,
      message: `${variable} ${was}; it may hold ${allowed}.`,
    });
  }
}

/** The route exists in no handler. */
export function routeNotFound(method: string, path: string): ServiceError {
  return new ServiceError({
    code: 'FTE_ROUTE_NOT_FOUND',
    type: 'validation',
    status: 404,
    // Somebody may have put an address into the path, and an error response is kept in more places than ours.
    message: `No such route: ${method} ${redactText(path)}.`,
  });
}

/** The body is larger than the handler takes. `limit` is bytes. */
export function bodyTooLarge(limit: number): ServiceError {
  return new ServiceError({
    code: 'FTE_BODY_TOO_LARGE',
    type: 'validation',
    status: 413,
    message: `The body is larger than ${limit} bytes.`,
  });
}
