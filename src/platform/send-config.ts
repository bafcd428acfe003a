import { readVariable, wholeNumber } from '../observability/config.ts';

/**
 * The longest that handing one message to a provider may take, in milliseconds. Who has not answered by then may have it
 * or not. Two of them fit into the time of the function that delivers.
 */
export const SEND_TIMEOUT_MS = readVariable(
  process.env,
  'FTE_SEND_TIMEOUT_MS',
  wholeNumber(100, 12_000, 10_000),
);
/** The team's inboxes are waited for half as long: telling somebody twice does no harm. */
export const NOTIFY_TIMEOUT_MS = Math.ceil(SEND_TIMEOUT_MS / 2);
