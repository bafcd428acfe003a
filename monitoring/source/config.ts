import { TARGET_SECONDS } from '../../src/fte/targets.ts';
import { FLEET_JOB } from '../../src/observability/fleet/entries.ts';
import { UNMATCHED } from '../../src/observability/library-metrics.ts';
import { INSTANCE_JOB } from '../../src/observability/push/wire.ts';
import { readLinks } from './links.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One pair of windows of a burn-rate alert: the long one says that it matters, the short one that it goes on. */
export interface BurnWindow {
  readonly factor: number;
  readonly long: number;
  readonly short: number;
  readonly severity: 'critical' | 'warning';
  readonly for: number;
}

/**
 * Everything that an operator may want to set: selectors, targets, thresholds and windows. Durations are seconds,
 * shares are fractions of 1.
 */
export const config = {
  /** The job of the published totals; every selector carries it. */
  job: FLEET_JOB,
  /** The job that scrapes the gateways; the gateways' own `up` has it. */
  gatewayJob: 'pushgateway',
  instanceJob: INSTANCE_JOB,
  /** What links begin with: `FTE_GRAFANA_URL` and `FTE_RUNBOOKS_URL` when the files are built. */
  links: readLinks(),
  scrapeInterval: 15,
  /** The totals change with each fold; looking more often shows nothing new. */
  evaluationInterval: 15,
  sloInterval: MINUTE,

  service: {
    window: 5 * MINUTE,
    fewestRequests: 20,
    errorShare: 0.05,
    /** Requests under these count for neither error rate, response time nor availability: scanners', monitors', Prometheus'. */
    notServed: [UNMATCHED, '/health', '/metrics'],
    slowSeconds: 3,
    unpublishedSeconds: 2 * MINUTE,
    databaseErrorShare: 0.05,
  },
  escalations: { window: HOUR, warning: 0.2, critical: 0.25, fewestTickets: 20 },
  escalationDrop: { window: 3 * HOUR, before: DAY, remaining: 0.2, fewestExpected: 10 },
  thinking: { window: 5 * MINUTE, slowSeconds: 30, fewestRuns: 5 },
  // A reading that failed leaves a gap; for so long the one before it stands. Between two samples, where versions differ.
  queues: { most: 1000, oldestSeconds: 10 * MINUTE, unreadSeconds: 5.5 * MINUTE },
  satisfaction: { window: DAY, lowest: 3.5, fewestRatings: 10 },
  tools: { window: 15 * MINUTE, failureShare: 0.1, fewestCalls: 20 },
  knowledge: { window: HOUR, missShare: 0.1, fewestSearches: 20 },
  guardrails: { window: HOUR, share: 0.1, fewestEvents: 10 },
  spend: { window: DAY, mostUsd: 50 },
  customers: { mostUnanswered: 10, unreadSeconds: 5.5 * MINUTE },
  silence: { window: HOUR, before: 7 * DAY, remaining: 0.05, fewestExpected: 10 },
  pickup: {
    window: HOUR,
    withinSeconds: TARGET_SECONDS.human_ack,
    lateShare: 0.1,
    fewestPickups: 5,
  },
  signatures: { window: 5 * MINUTE, most: 20 },
  operatorKeys: { window: 5 * MINUTE, most: 15 },
  functions: {
    window: 15 * MINUTE,
    nearTimeoutShare: 0.01,
    fewestNearTimeouts: 3,
    coldWindow: HOUR,
    coldShare: 0.2,
    fewestInvocations: 100,
  },
  pipeline: {
    staleSeconds: 90,
    window: 10 * MINUTE,
    failedPushShare: 0.05,
    fewestPushes: 20,
    /** Past this many live instances Prometheus should no longer parse the inboxes. */
    mostInstances: 300,
    countWindow: HOUR,
    mostLatePushes: 10,
  },
  /** Where a panel changes its color though no alert begins. */
  panels: {
    goodRating: 4,
    goodRatingShare: 0.8,
    fairRatingShare: 0.7,
    promptPickupShare: 0.95,
    missedTargetShare: 0.05,
    someMissedTargetShare: 0.01,
    searchSeconds: 0.5,
    budgetLeft: 0.25,
  },

  slo: {
    budgetWindow: 30 * DAY,
    /** So many bad events in the long window before anybody is told: one failure in a quiet night is no incident. */
    fewestBad: 5,
    burn: [
      { factor: 14.4, long: HOUR, short: 5 * MINUTE, severity: 'critical', for: 2 * MINUTE },
      { factor: 6, long: 6 * HOUR, short: 30 * MINUTE, severity: 'critical', for: 15 * MINUTE },
      { factor: 3, long: DAY, short: 2 * HOUR, severity: 'warning', for: HOUR },
      { factor: 1, long: 3 * DAY, short: 6 * HOUR, severity: 'warning', for: 3 * HOUR },
    ] satisfies readonly BurnWindow[],
    availability: { objective: 0.999 },
    processing: { objective: 0.95, withinSeconds: TARGET_SECONDS.first_response },
    delivery: { objective: 0.99, withinSeconds: TARGET_SECONDS.delivery },
  },
} as const;

export type Config = typeof config;
