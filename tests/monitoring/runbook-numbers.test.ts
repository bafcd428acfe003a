/** What a runbook says under "Meaning" is what its alert is set to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { config } from '../../monitoring/source/config.ts';
import { count, lasting, percent } from '../../monitoring/source/words.ts';
import { ROOT } from '../running/serverless-yml.ts';

const { service, queues, tools, guardrails, functions, pipeline, pickup, silence, escalationDrop, slo } =
  config;
const burning = ({ objective }: { readonly objective: number }) => [
  `the objective is ${percent(objective)}`,
  ...slo.burn.slice(0, -1).map(({ factor }) => `${factor} times over`),
  `At least ${count(slo.fewestBad)} bad events`,
];

/** By alert, how each of its numbers reads in a sentence. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  AgentSlowThinking: [
    `more than ${config.thinking.slowSeconds} s over ${lasting(config.thinking.window)}`,
    `at least ${count(config.thinking.fewestRuns)} runs`,
  ],
  AgentToolFailures: [
    `More than ${percent(tools.failureShare)}`,
    `within ${lasting(tools.window)}`,
    `at least ${tools.fewestCalls} calls`,
  ],
  AvailabilityBudgetBurn: burning(slo.availability),
  ChannelSilent: [`at least ${count(silence.fewestExpected)}`],
  ColdStartsHigh: [`of ${lasting(functions.coldWindow)} (${functions.fewestInvocations} at least)`],
  CustomersUnanswered: [`more than ${count(config.customers.mostUnanswered)} conversations`],
  DatabaseConnectivityIssue: [
    `more than ${percent(service.databaseErrorShare)} of the invocations of ${lasting(service.window)}`,
    `at least ${service.fewestRequests} invocations`,
  ],
  DeliveryBudgetBurn: [...burning(slo.delivery), `more than ${slo.delivery.withinSeconds} s`],
  EscalationsDropped: [
    `Within ${lasting(escalationDrop.window)}`,
    `at least ${count(escalationDrop.fewestExpected)} were expected`,
  ],
  FoldStale: [`more than ${pipeline.staleSeconds} s ago`],
  FunctionNearTimeout: [
    `More than ${percent(functions.nearTimeoutShare)}`,
    `of ${lasting(functions.window)}, ${count(functions.fewestNearTimeouts)} at least`,
  ],
  GuardrailEvents: [
    `more than ${percent(guardrails.share)}`,
    `of ${lasting(guardrails.window)}, ${count(guardrails.fewestEvents)} times at least`,
  ],
  HighErrorRate: [
    `More than ${percent(service.errorShare)} of the API requests of ${lasting(service.window)}`,
    `at least ${service.fewestRequests} requests`,
  ],
  HighEscalationRate: [
    `at least ${config.escalations.fewestTickets} new tickets`,
    `above ${percent(config.escalations.warning)} is a warning`,
    `above ${percent(config.escalations.critical)} a breach`,
  ],
  HighMessageQueueSize: [`More than ${queues.most} messages`],
  HumanPickupSlow: [
    `More than ${percent(pickup.lateShare)}`,
    `at least ${count(pickup.fewestPickups)}`,
    `more than ${lasting(pickup.withinSeconds)}`,
  ],
  InboxGrowing: [`more than ${pipeline.mostInstances} instances`],
  KnowledgeMisses: [
    `More than ${percent(config.knowledge.missShare)} of at least ${config.knowledge.fewestSearches} searches`,
  ],
  LatePushes: [`More than ${count(pipeline.mostLatePushes)} entries`],
  LlmSpendHigh: [`more than ${config.spend.mostUsd} US dollars within ${lasting(config.spend.window)}`],
  LowCustomerSatisfaction: [
    `at least ${count(config.satisfaction.fewestRatings)} ratings`,
    `below ${config.satisfaction.lowest}`,
  ],
  OperatorKeyRejections: [
    `More than ${config.operatorKeys.most} calls`,
    `within ${lasting(config.operatorKeys.window)}`,
  ],
  ProcessingBudgetBurn: [...burning(slo.processing), `more than ${slo.processing.withinSeconds} s`],
  PushFailing: [
    `More than ${percent(pipeline.failedPushShare)} of the pushes of ${lasting(pipeline.window)}`,
    `at least ${pipeline.fewestPushes}`,
  ],
  PushesStopped: [`for ${lasting(pipeline.window)}`],
  QueueMessageTooOld: [`older than ${lasting(queues.oldestSeconds)}`],
  ServiceDown: [`more than ${lasting(service.unpublishedSeconds)}`],
  SignatureRejections: [
    `More than ${config.signatures.most} calls`,
    `within ${lasting(config.signatures.window)}`,
  ],
  SlowResponseTime: [
    `more than ${service.slowSeconds} s over ${lasting(service.window)}`,
    `at least ${service.fewestRequests} requests`,
  ],
};

test('numbers read as in a sentence', () => {
  expect([60, 90, 300, 900, 3600, 10_800, 86_400].map(lasting)).toEqual([
    'a minute',
    '90 seconds',
    'five minutes',
    '15 minutes',
    'an hour',
    'three hours',
    'a day',
  ]);
  expect([0.05, 0.999, 1 - 0.1].map(percent)).toEqual(['5 %', '99.9 %', '90 %']);
});

test.each(Object.entries(NUMBERS))('the runbook of %s has its numbers', (name, numbers) => {
  const text = readFileSync(join(ROOT, 'monitoring', 'runbooks', `${name}.md`), 'utf8');
  const [, meaning = ''] = /## Meaning\n([\s\S]*?)\n## /.exec(text) ?? [];
  expect(numbers.filter((number) => !meaning.includes(number))).toEqual([]);
});
