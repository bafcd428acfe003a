import { type FieldIssue, ServiceError } from '../observability/errors.ts';
import type { Component, TicketOperation, TicketStatus } from './vocabulary.ts';

/** Every error of the employee, one place, each with a stable code. The sentences are for callers. */

export function invalidInput(issues: readonly FieldIssue[], component: Component): ServiceError {
  return new ServiceError({
    code: 'FTE_INPUT_INVALID',
    type: 'validation',
    status: 422,
    message: 'Some fields are not as they must be.',
    issues,
    component,
  });
}

export function ticketNotFound(): ServiceError {
  return new ServiceError({
    code: 'FTE_TICKET_NOT_FOUND',
    type: 'validation',
    status: 404,
    message: 'There is no ticket with this id.',
    component: 'ticket',
  });
}

export function wrongTransition(
  operation: TicketOperation | 'reply',
  status: TicketStatus,
  allowed: readonly TicketStatus[],
): ServiceError {
  return new ServiceError({
    code: 'FTE_TICKET_WRONG_STATE',
    type: 'validation',
    status: 409,
    message: `A ticket that is ${status} can't take "${operation}"; it must be ${allowed.join(' or ')}.`,
    component: 'ticket',
  });
}

/** Whether a ticket could not be moved because of the status that it was in. */
export function isWrongTransition(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'FTE_TICKET_WRONG_STATE';
}

export function alreadyRated(): ServiceError {
  return new ServiceError({
    code: 'FTE_TICKET_ALREADY_RATED',
    type: 'validation',
    status: 409,
    message: 'This ticket has been rated already.',
    component: 'ticket',
  });
}

export function rateLimited(component: Component, retryAfterSeconds: number): ServiceError {
  return new ServiceError({
    code: 'FTE_RATE_LIMITED',
    type: 'rate_limit',
    status: 429,
    message: `Too many messages within a minute. Please try again in ${retryAfterSeconds} seconds.`,
    headers: { 'retry-after': String(retryAfterSeconds) },
    component,
  });
}

export function unauthorized(): ServiceError {
  return new ServiceError({
    code: 'FTE_UNAUTHORIZED',
    type: 'auth',
    status: 401,
    message: 'This call needs a valid API key in the header x-api-key.',
    component: 'api',
  });
}

export function databaseFailed(cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_DATABASE',
    type: 'database',
    status: 503,
    message: 'We can not reach our records right now. Please try again.',
    cause,
  });
}

export function queueFailed(cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_QUEUE',
    type: 'queue',
    status: 503,
    message: 'We can not pass this on right now. Please try again.',
    cause,
  });
}

/** The provider surely did not take the reply. */
export class DeliveryRefused extends ServiceError {
  override readonly name = 'DeliveryRefused';

  /** Sending it again would be refused again. */
  readonly permanent: boolean;

  constructor(message: string, cause?: unknown, permanent = false) {
    super({
      code: 'FTE_DELIVERY_REFUSED',
      type: 'delivery',
      status: 502,
      message,
      component: 'delivery',
      cause,
    });
    this.permanent = permanent;
  }
}

/** A message of a queue that names something which is not there. */
export function brokenMessage(what: string): ServiceError {
  return new ServiceError({
    code: 'FTE_MESSAGE_BROKEN',
    type: 'parse',
    status: 400,
    message: `The message of the queue is not usable: ${what}.`,
    component: 'worker',
  });
}

export function notifyFailed(cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_NOTIFY',
    type: 'delivery',
    status: 502,
    message: 'The team could not be told.',
    component: 'delivery',
    cause,
  });
}

export function modelFailed(cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_MODEL',
    type: 'llm',
    status: 503,
    message: 'The model could not answer.',
    component: 'agent',
    cause,
  });
}

export function outOfTime(): ServiceError {
  return new ServiceError({
    code: 'FTE_OUT_OF_TIME',
    type: 'timeout',
    status: 504,
    message: 'There is not enough time left for this message.',
    component: 'worker',
  });
}

export function channelOff(component: Component): ServiceError {
  return new ServiceError({
    code: 'FTE_CHANNEL_OFF',
    type: 'validation',
    status: 404,
    message: 'This channel is not configured.',
    component,
  });
}

/** Work for a customer who has been erased meanwhile: it ends here, and nothing of it stays. */
export function customerErased(): ServiceError {
  return new ServiceError({
    code: 'FTE_ERASED',
    type: 'validation',
    status: 410,
    message: 'This customer has been erased.',
    component: 'worker',
  });
}

export function notFound(what: 'conversation' | 'customer'): ServiceError {
  return new ServiceError({
    code: 'FTE_NOT_FOUND',
    type: 'validation',
    status: 404,
    message: `There is no such ${what}.`,
    component: 'api',
  });
}
