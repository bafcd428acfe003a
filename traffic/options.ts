import { parseArgs } from 'node:util';
import type { PlanOptions } from './plan.ts';

export const HELP = `npm run traffic [-- options]

Sends conversations over all channels to a running employee (npm start) and compares what came back with its counters.

  --url URL      where the employee is (default http://localhost:8000)
  --own          start a local mode of its own on free ports, and stop it afterwards
  --messages N   how many requests (default 120)
  --rate N       requests a second (default 5)
  --seed N       which conversations; the same number gives the same ones (default 1)
  --home FOLDER  where its outbox.jsonl and logs.jsonl are (default .local)
  --json FILE    the report as JSON, too
  --help         this text

Nobody else may use the employee meanwhile: their requests are counted, too.
Exits with 1 when a message was lost or answered twice, an answer was not the expected one, or a counter differs.
`;

export interface Options extends PlanOptions {
  readonly url: string;
  readonly own: boolean;
  readonly home: string;
  readonly json: string | undefined;
  readonly help: boolean;
}

/** An option that can't be used; the message is for the one who typed it. */
export class BadOption extends Error {}

function numberOf(name: string, text: string, allowed: string, right: (n: number) => boolean): number {
  const number = Number(text);
  if (text.trim() === '' || !right(number))
    throw new BadOption(`--${name} is "${text}"; it may be ${allowed}.`);
  return number;
}

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new BadOption(`--url is "${text}"; it may be an address such as http://localhost:8000.`);
  return url.origin;
}

/** @throws {BadOption} */
export function readOptions(args: readonly string[]): Options {
  let values: Record<string, string | boolean | undefined>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string', default: 'http://localhost:8000' },
        own: { type: 'boolean', default: false },
        messages: { type: 'string', default: '120' },
        rate: { type: 'string', default: '5' },
        seed: { type: 'string', default: '1' },
        home: { type: 'string', default: '.local' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadOption(error instanceof Error ? error.message : String(error));
  }
  const text = (name: string) => String(values[name] ?? '');
  const number = (name: string, allowed: string, right: (n: number) => boolean) =>
    numberOf(name, text(name), allowed, right);
  const whole = (most: number) => (n: number) => Number.isInteger(n) && n >= 0 && n <= most;
  return {
    url: urlOf(text('url')),
    own: values.own === true,
    messages: number('messages', 'a whole number from 1 to 10000', (n) => whole(10_000)(n) && n > 0),
    rate: number('rate', 'a number above 0, up to 1000', (n) => n > 0 && n <= 1000),
    seed: number('seed', 'a whole number from 0 to 4294967295', whole(2 ** 32 - 1)),
    home: text('home'),
    json: values.json === undefined ? undefined : text('json'),
    help: values.help === true,
  };
}
