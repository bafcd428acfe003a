import { parseArgs } from 'node:util';

export const HELP = `npm run preview -- [options]

Draws the dashboards against a Prometheus, in Chromium and without a Grafana server, and saves a picture of each.

  --prometheus URL   the Prometheus (default http://localhost:9090)
  --own              start a local mode, a Prometheus and traffic of its own, and stop them afterwards
  --minutes N        with --own: how long traffic is played (default 4)
  --dashboards LIST  uids with commas (default: all)
  --theme NAME       dark, light or both (default both)
  --from TIME        the beginning of the time range (default now-3h; with --own: when the traffic began)
  --scrape N         seconds between two scrapes, which rates are taken over four of (default 15)
  --width N          of the picture, in pixels (default 1600)
  --out FOLDER       where the pictures go (default pictures)
  --help             this text

Exits with 1 when a panel could not be drawn.
`;

export interface Options {
  readonly prometheus: string;
  readonly own: boolean;
  readonly minutes: number;
  readonly dashboards: readonly string[] | undefined;
  readonly themes: readonly ('dark' | 'light')[];
  readonly from: string | undefined;
  readonly scrape: number;
  readonly width: number;
  readonly out: string;
  readonly help: boolean;
}

/** An option that can't be used; the message is for the one who typed it. */
export class BadOption extends Error {}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new BadOption(`--${name} is "${text}"; it may be a number above 0.`);
  return number;
}

function themes(text: string): Options['themes'] {
  if (text === 'both') return ['dark', 'light'];
  if (text === 'dark' || text === 'light') return [text];
  throw new BadOption(`--theme is "${text}"; it may be dark, light or both.`);
}

/** @throws {BadOption} */
export function readOptions(args: readonly string[]): Options {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        prometheus: { type: 'string', default: 'http://localhost:9090' },
        own: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '4' },
        dashboards: { type: 'string' },
        theme: { type: 'string', default: 'both' },
        from: { type: 'string' },
        scrape: { type: 'string', default: '15' },
        width: { type: 'string', default: '1600' },
        out: { type: 'string', default: 'pictures' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadOption(error instanceof Error ? error.message : String(error));
  }
  const text = (name: string) => (values[name] === undefined ? undefined : String(values[name]));
  return {
    prometheus: text('prometheus') ?? '',
    own: values.own === true,
    minutes: positive('minutes', text('minutes') ?? ''),
    dashboards: text('dashboards')?.split(','),
    themes: themes(text('theme') ?? ''),
    from: text('from'),
    scrape: positive('scrape', text('scrape') ?? ''),
    width: positive('width', text('width') ?? ''),
    out: text('out') ?? '',
    help: values.help === true,
  };
}
