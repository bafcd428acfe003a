import { ServiceError } from '../../observability/errors.ts';

const component = 'email';

/** A mail that can't be read, or that names no sender to answer. */
export function mailMalformed(what: string, cause?: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_MAIL_MALFORMED',
    type: 'parse',
    status: 400,
    message: `The mail can not be read: ${what}.`,
    component,
    cause,
  });
}

/** `limit` is bytes. */
export function mailTooLarge(limit: number): ServiceError {
  return new ServiceError({
    code: 'FTE_MAIL_TOO_LARGE',
    type: 'validation',
    status: 413,
    message: `The mail is larger than ${limit} bytes.`,
    component,
  });
}

/** The body of a request is no mail at all. */
export function notMail(): ServiceError {
  return new ServiceError({
    code: 'FTE_MAIL_CONTENT_TYPE',
    type: 'validation',
    status: 415,
    message: 'The body must be a mail, with the content type message/rfc822.',
    component,
  });
}

/** The store has no such mail (any more): asking again finds nothing either. */
export function mailGone(cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_MAIL_GONE',
    type: 'validation',
    status: 404,
    message: 'The mail is not in its store.',
    component,
    cause,
  });
}

/** The store did not give the mail; the next attempt may succeed. */
export function mailStoreFailed(cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_MAIL_STORE',
    type: 'database',
    status: 503,
    message: 'We can not reach our mail right now. Please try again.',
    component,
    cause,
  });
}

/** A call without a token that we gave out. */
export function wrongBearer(): ServiceError {
  return new ServiceError({
    code: 'FTE_UNAUTHORIZED',
    type: 'auth',
    status: 401,
    message: 'This call needs a valid bearer token in the header authorization.',
    headers: { 'www-authenticate': 'Bearer' },
    component,
  });
}

/** Nobody knows whether the provider took the mail; it is no `DeliveryRefused`, so nothing is sent again. */
export function sendUnknown(timedOut: boolean, cause: unknown): ServiceError {
  return new ServiceError({
    code: 'FTE_MAIL_SEND_UNKNOWN',
    type: timedOut ? 'timeout' : 'delivery',
    status: 502,
    message: 'The mail provider did not say whether it took the mail.',
    component: 'delivery',
    cause,
  });
}
