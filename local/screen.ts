import { styleText } from 'node:util';
import { LOCAL_OPERATOR_KEY } from './environment.ts';

export interface ScreenFacts {
  readonly url: string;
  /** Where functions are invoked without a route or a queue. */
  readonly lambdaUrl: string;
  readonly gatewayUrl: string;
  readonly gatewayDescription: string;
  /** From the project's root. */
  readonly home: string;
  readonly kept: boolean;
}

/** The one screen that `npm start` shows once everything answers. */
export function startScreen(facts: ScreenFacts): string {
  const { url, lambdaUrl, gatewayUrl, gatewayDescription, home, kept } = facts;
  const label = (text: string) => styleText('gray', text.padEnd(10));
  return [
    '',
    `${styleText('bold', 'The employee is at work.')} ${styleText('gray', 'Ctrl-C ends it.')}`,
    '',
    `  ${label('Page')}${url}`,
    `  ${label('API')}${url}/support/submit and more: docs/tickets.md, docs/channels.md`,
    `  ${label('Lambda')}${lambdaUrl}   ${styleText('gray', 'functions, invoked one by one: README.md')}`,
    `  ${label('Metrics')}${url}/metrics`,
    `  ${label('Health')}${url}/health`,
    `  ${label('Gateway')}${gatewayUrl} (${gatewayDescription})`,
    `  ${label('Outbox')}${home}/outbox.jsonl   ${styleText('gray', 'what would have been sent')}`,
    `  ${label('Logs')}${home}/logs.jsonl     ${styleText('gray', 'the lines below, as JSON')}`,
    `  ${label('Operator')}x-api-key: ${LOCAL_OPERATOR_KEY}`,
    `  ${label('Data')}${kept ? `kept in ${home}/data (npm run reset removes it)` : 'gone at the end (npm start -- --keep keeps it)'}`,
    '',
    '  Send a message, then read the answer under the ticket_id that comes back:',
    '',
    `  curl -s ${url}/support/submit -H 'content-type: application/json' -d '{`,
    '    "name": "Ada", "email": "ada@example.com", "subject": "Clocking in on my phone",',
    `    "message": "How do I clock in with the mobile app when I have no reception?" }'`,
    `  curl -s ${url}/support/ticket/TICKET_ID`,
    '',
    '',
  ].join('\n');
}
