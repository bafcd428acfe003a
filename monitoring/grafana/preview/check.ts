// `npm run check`: ids that no compiler knows, against those that Grafana itself lists.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'dashboards');
/** Grafana's notation for units of one's own; such a unit needs no list. */
const CUSTOM_UNIT = /^(suffix|prefix|time|si|count|currency):/;

interface Panel {
  readonly title: string;
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly custom?: Readonly<Record<string, unknown>> };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  readonly transformations?: readonly { readonly id: string }[];
}

/** What of `@grafana/data` is asked; its import gives Node other files than its `require`. */
interface Data {
  getValueFormats(): readonly { readonly submenu?: readonly { readonly value: string }[] }[];
  readonly fieldMatchers: { list(): readonly { readonly id: string }[] };
  readonly standardTransformers: Readonly<Record<string, { readonly id: string }>>;
  readonly FieldConfigProperty: Readonly<Record<string, string>>;
}

// Some of its modules look at the browser when they are loaded.
if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: { userAgent: '' } });
const data = createRequire(import.meta.url)('@grafana/data') as Data;
const units = new Set(
  data.getValueFormats().flatMap(({ submenu = [] }) => submenu.map(({ value }) => value)),
);
const matchers = new Set(data.fieldMatchers.list().map(({ id }) => id));
const transformers = new Set(Object.values(data.standardTransformers).map(({ id }) => id));
const properties = new Set(Object.values(data.FieldConfigProperty));

const unitIsKnown = (unit: string) => units.has(unit) || CUSTOM_UNIT.test(unit);

/** What of a panel Grafana would silently leave out. */
export function unknownIds({ fieldConfig, transformations = [] }: Panel): readonly string[] {
  const { defaults, overrides } = fieldConfig ?? { defaults: {}, overrides: [] };
  const own = Object.keys(defaults.custom ?? {});
  const wrongUnits = [
    defaults.unit,
    ...overrides.flatMap((one) =>
      one.properties.filter(({ id }) => id === 'unit').map(({ value }) => String(value)),
    ),
  ]
    .filter((unit) => unit !== undefined)
    .filter((unit) => !unitIsKnown(unit));
  const wrongProperties = overrides
    .flatMap((one) => one.properties.map(({ id }) => id))
    .filter(
      (id) =>
        !properties.has(id) &&
        !(id.startsWith('custom.') && own.includes(id.slice('custom.'.length))) &&
        id !== 'custom.lineStyle',
    );
  return [
    ...wrongUnits.map((unit) => `unit ${unit}`),
    ...overrides
      .filter(({ matcher }) => !matchers.has(matcher.id))
      .map(({ matcher }) => `matcher ${matcher.id}`),
    ...wrongProperties.map((id) => `property ${id}`),
    ...transformations.filter(({ id }) => !transformers.has(id)).map(({ id }) => `transformation ${id}`),
  ];
}

/** One of each kind that must be noticed: a list that was read wrongly would let everything pass. */
const WRONG: Panel = {
  title: 'wrong',
  fieldConfig: {
    defaults: { unit: 'percentunits' },
    overrides: [{ matcher: { id: 'byNames ' }, properties: [{ id: 'colour' }] }],
  },
  transformations: [{ id: 'organise' }],
};

let panels = 0;
const wrong = readdirSync(FOLDER).flatMap((file) => {
  const { panels: all } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
    panels: readonly Panel[];
  };
  panels += all.length;
  return all.flatMap((panel) => unknownIds(panel).map((what) => `${file}: ${panel.title}: no ${what}`));
});
if (unknownIds(WRONG).length !== 4)
  wrong.push(`the check itself notices only: ${unknownIds(WRONG).join(', ')}`);
for (const line of wrong) console.error(line);
console.log(
  `${panels} panels and rows; ${units.size} units, ${matchers.size} matchers, ${transformers.size} transformations and ${properties.size} properties known; ${wrong.length} wrong`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
