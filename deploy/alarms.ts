/** The alarms that must not depend on the metrics of the service: they speak when those are what is broken. */

interface QueueResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
type Alarm = {
  readonly Type: 'AWS::CloudWatch::Alarm';
  readonly Properties: Readonly<Record<string, unknown>>;
};

interface Watched {
  readonly namespace: string;
  readonly metric: string;
  readonly dimension: readonly [name: string, value: unknown];
  readonly statistic: string;
  readonly minutes: number;
  readonly description: string;
  readonly topicArn: string | undefined;
  /** Silence counts as the alarm's cause. */
  readonly whenMissing?: 'breaching';
}

function alarm(watched: Watched, condition: Readonly<Record<string, unknown>>): Alarm {
  const [Name, Value] = watched.dimension;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: watched.description,
      Namespace: watched.namespace,
      MetricName: watched.metric,
      Dimensions: [{ Name, Value }],
      Statistic: watched.statistic,
      Period: 60 * watched.minutes,
      EvaluationPeriods: 1,
      TreatMissingData: watched.whenMissing ?? 'notBreaching',
      ...condition,
      ...(watched.topicArn === undefined
        ? {}
        : { AlarmActions: [watched.topicArn], OKActions: [watched.topicArn] }),
    },
  };
}

const above = (Threshold: number) => ({ Threshold, ComparisonOperator: 'GreaterThanThreshold' });
const below = (Threshold: number) => ({ Threshold, ComparisonOperator: 'LessThanThreshold' });

/** The dead-letter queues of the resources, each with what its messages are. */
function deadLetterQueues(resources: Readonly<Record<string, QueueResource>>): ReadonlyMap<string, string> {
  const redriven = Object.entries(resources).flatMap(([id, { Properties = {} }]) => {
    const redrive = Properties.RedrivePolicy as { deadLetterTargetArn?: Record<string, unknown> } | undefined;
    const target = redrive?.deadLetterTargetArn?.['Fn::GetAtt'];
    if (target === undefined) return [];
    const deadLetter = Array.isArray(target) ? String(target[0]) : (String(target).split('.')[0] ?? '');
    return [[deadLetter, `Messages of ${id} were given up after five receives.`] as const];
  });
  return new Map([
    ...redriven,
    [
      'MailDeadLetterQueue',
      'Mails could not be taken in three times, or not be read. They are in the bucket.',
    ],
  ]);
}

/** One alarm for each dead-letter queue of the resources. */
export function deadLetterAlarms(
  resources: Readonly<Record<string, QueueResource>>,
  topicArn: string | undefined,
): Record<string, Alarm> {
  return Object.fromEntries(
    [...deadLetterQueues(resources)].map(([deadLetter, description]) => [
      `${deadLetter}Alarm`,
      alarm(
        {
          namespace: 'AWS/SQS',
          metric: 'ApproximateNumberOfMessagesVisible',
          dimension: ['QueueName', { 'Fn::GetAtt': [deadLetter, 'QueueName'] }],
          statistic: 'Maximum',
          minutes: 1,
          description,
          topicArn,
        },
        above(0),
      ),
    ]),
  );
}

/** A function that can't be loaded, or is throttled, counts nothing: the API answers for it, and only its own metric tells. */
export function apiAlarm(topicArn: string | undefined): Record<string, Alarm> {
  const watched = {
    namespace: 'AWS/ApiGateway',
    metric: '5xx',
    dimension: ['ApiId', { Ref: 'HttpApi' }],
    statistic: 'Sum',
    minutes: 5,
    description: 'The API answers with 5xx, whoever does: its functions, or it itself when they can not run.',
    topicArn,
  } as const;
  return { ApiErrorsAlarm: alarm(watched, above(5)) };
}

/** Of functions that nobody waits for: what fails there is seen by no caller. */
export function functionAlarms(
  nameOf: (functionKey: string) => string,
  topicArn: string | undefined,
): Record<string, Alarm> {
  const of = (key: string) => ({
    namespace: 'AWS/Lambda',
    dimension: ['FunctionName', nameOf(key)] as const,
    topicArn,
  });
  return {
    FleetSilentAlarm: alarm(
      {
        ...of('fleet'),
        metric: 'Invocations',
        statistic: 'Sum',
        minutes: 5,
        description: 'The fleet did not run for five minutes: the published totals stand still.',
        whenMissing: 'breaching',
      },
      below(1),
    ),
    FleetErrorsAlarm: alarm(
      {
        ...of('fleet'),
        metric: 'Errors',
        statistic: 'Sum',
        minutes: 5,
        description: 'The fleet failed again and again: the published totals may stand still.',
      },
      above(2),
    ),
    MailErrorsAlarm: alarm(
      {
        ...of('mailObject'),
        metric: 'Errors',
        statistic: 'Sum',
        minutes: 5,
        description:
          'Mails could not be taken in. After three tries one lies in the dead-letter queue of mails.',
      },
      above(2),
    ),
  };
}
