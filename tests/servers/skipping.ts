/** Whether tests against real servers were given up on purpose, by `FTE_SKIP_REAL_SERVERS=1`. */
export const realServersSkipped = process.env.FTE_SKIP_REAL_SERVERS === '1';

/** `describe` for what needs a real server: skipped, and counted as skipped, only on purpose. */
export const describeReal = realServersSkipped ? describe.skip : describe;

if (realServersSkipped)
  process.stderr.write('\nFTE_SKIP_REAL_SERVERS=1: NOTHING IS COMPARED WITH A REAL SERVER IN THIS RUN\n\n');
