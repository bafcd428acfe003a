import { ServiceError } from '../../observability/errors.ts';

/** A tool that takes longer has failed; its effects are the same when they are done again. */
const TOOL_TIMEOUT_MS = 10_000;

/** @throws {ServiceError} `FTE_TOOL_TIMEOUT`, a 504, when `work` takes too long; it is not stopped by that. */
export function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new ServiceError({
          code: 'FTE_TOOL_TIMEOUT',
          type: 'timeout',
          status: 504,
          message: 'A step took too long.',
        }),
      );
    }, TOOL_TIMEOUT_MS);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
