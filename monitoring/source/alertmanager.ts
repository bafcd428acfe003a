import { duration } from './promql.ts';

/** Who hears of what: each severity goes to one receiver. What a receiver does is set where it is started. */
export const RECEIVERS = {
  critical: { receiver: 'pager', repeat: '1h', what: 'webhook, Slack and e-mail; repeated every hour' },
  warning: { receiver: 'team', repeat: '12h', what: 'webhook, Slack and e-mail; repeated every 12 hours' },
  info: { receiver: 'board', repeat: '24h', what: 'nobody: it stands in Alertmanager and on the boards' },
  none: {
    receiver: 'watchdog',
    repeat: '4m30s',
    what: "the dead man's switch, every five minutes: news go once a minute, so it is due at the fifth",
  },
} as const;

const alert = (name: string) => `alertname="${name}"`;

/** How long Alertmanager waits, in seconds: before the first news of a group, and before the next. */
const GROUP = { wait: 10, interval: 60 } as const;

/**
 * Route and inhibition; the receivers are written by `start.sh`, from the environment.
 *
 * @param scale how many times as fast as usual news are sent.
 */
export function alertmanagerRoutes(scale = 1): Record<string, unknown> {
  return {
    route: {
      // A severity that nobody foresaw must not be lost.
      receiver: RECEIVERS.critical.receiver,
      group_by: ['alertname'],
      group_wait: duration(GROUP.wait / scale),
      group_interval: duration(GROUP.interval / scale),
      repeat_interval: RECEIVERS.critical.repeat,
      routes: Object.entries(RECEIVERS).map(([severity, { receiver, repeat }]) => ({
        matchers: [`severity="${severity}"`],
        receiver,
        repeat_interval: repeat,
      })),
    },
    inhibit_rules: [
      // What is not in the totals while an inbox is missing is no second matter.
      {
        source_matchers: [alert('GatewayDown')],
        target_matchers: [alert('FoldStale')],
        equal: [],
      },
      // Nothing is published: numbers that stand still, or are not there, say nothing of what they count.
      {
        source_matchers: [alert('ServiceDown'), 'instance=""', 'dependency=""'],
        target_matchers: ['alertname=~"FoldStale|PushesStopped|ChannelSilent|DeadLettersUnknown"'],
        equal: [],
      },
      // Both by the same check, so that both end together: the end of what is silenced is told to nobody.
      {
        source_matchers: [alert('DatabaseConnectivityIssue'), 'dependency="database"'],
        target_matchers: [alert('ServiceDown'), 'dependency="database"'],
        equal: [],
      },
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        // Of EscalationsWaiting one priority says nothing of another.
        equal: ['alertname', 'priority'],
      },
    ],
  };
}
