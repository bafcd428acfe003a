import { createObservability } from '../../src/observability/index.ts';
import { catalogue } from './catalogue.ts';

/** The shop's observability: one a process, shared by all of its handlers. */
export const { config, instrument, log, metrics } = createObservability({ service: 'shop', catalogue });
