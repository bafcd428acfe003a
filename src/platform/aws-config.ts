import { readVariable, wholeNumber } from '../observability/config.ts';

/** Short on AWS, where an answer that takes longer will not come. A laptop that does everything at once needs more. */
const budgetMs = readVariable(process.env, 'FTE_AWS_TIMEOUT_MS', wholeNumber(100, 60_000, 2_000));

/** For the SDK's clients. Without the last one the SDK only warns when the time is up. */
export const requestHandler = {
  connectionTimeout: Math.ceil(budgetMs / 2),
  requestTimeout: budgetMs,
  throwOnRequestTimeout: true,
} as const;

/** The same for objects, which may be as large as a mail: on AWS five seconds. */
export const objectRequestHandler = { ...requestHandler, requestTimeout: Math.ceil(budgetMs * 2.5) } as const;
