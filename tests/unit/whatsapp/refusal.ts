import { ServiceError } from '../../../src/observability/errors.ts';

/** The error of ours with which something is refused; anything else that is thrown fails the test. */
export function refusal(run: () => unknown): ServiceError {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error('it was taken');
}
