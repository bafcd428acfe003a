import { APICallError } from '@ai-sdk/provider';
import { ServiceError } from '../../observability/errors.ts';

const MAX_MESSAGE = 300;
/** Of an answer's headers, the one that the loop goes by. */
const KEPT_HEADERS = ['retry-after'];

/** An endpoint's own short word for what was wrong, as `model_not_found`; its sentences are not taken over. */
function codeOf({ data, responseHeaders = {} }: APICallError): string | undefined {
  const { code, type } = (data as { error?: { code?: unknown; type?: unknown } } | undefined)?.error ?? {};
  const amazon = responseHeaders['x-amzn-errortype']?.split(':')[0];
  return [code, type, amazon].find(
    (word): word is string =>
      typeof word === 'string' && /^[A-Za-z]+(?:[_.][A-Za-z]+)*$/.test(word) && word.length <= 60,
  );
}

function messageOf(error: APICallError): string {
  if (error.statusCode === undefined) return error.message;
  const code = codeOf(error);
  const word = code === undefined ? '' : ` ${code}`;
  const broken = error.statusCode < 400 ? ' with something that could not be used' : '';
  return `the model's endpoint answered ${error.statusCode}${word}${broken}`;
}

/**
 * What may be known of a failed call outside this folder. A provider's error carries the request, and its sentences
 * may repeat the key or the customer's words; all that stays is the status, a short code and when to come back.
 */
export function cleaned(error: unknown, secret: string | undefined): Error {
  const hide = (text: string) =>
    (secret === undefined ? text : text.replaceAll(secret, '[redacted]')).slice(0, MAX_MESSAGE);
  if (APICallError.isInstance(error)) {
    const { statusCode, responseHeaders = {}, isRetryable } = error;
    return new APICallError({
      message: hide(messageOf(error)),
      url: '',
      requestBodyValues: undefined,
      ...(statusCode === undefined ? {} : { statusCode }),
      responseHeaders: Object.fromEntries(
        Object.entries(responseHeaders).filter(([name]) => KEPT_HEADERS.includes(name)),
      ),
      isRetryable,
    });
  }
  if (error instanceof ServiceError) return error;
  const told = error instanceof Error ? error : new Error(String(error));
  const clean = new Error(hide(told.message));
  clean.name = told.name;
  return clean;
}

/** The endpoint did not take the key. */
export function isRefusal(error: unknown): boolean {
  return APICallError.isInstance(error) && (error.statusCode === 401 || error.statusCode === 403);
}
