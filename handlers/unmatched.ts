import { instrument } from '../src/platform/telemetry.ts';

/** Behind the catch-all route: what no other function answers is a 404, and counted as `__unmatched__`. */
export const handler = instrument({ function: 'unmatched', component: 'api', trigger: 'http', routes: {} });
