// `npm run monitoring:build`: writes what Prometheus, Alertmanager and Grafana read; with `--check` it only compares.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { alertmanagerRoutes } from './alertmanager.ts';
import { buildDashboards } from './dashboards/boards.ts';
import { allGroups, emittable } from './groups.ts';
import { fileYaml } from './model.ts';
import { COMPOSE_TARGETS, prometheusConfig } from './prometheus.ts';
import { testFiles } from './unit-tests.ts';

const ROOT = join(import.meta.dirname, '..');
const HEADER = '# Written by `npm run monitoring:build` from monitoring/source; change it there.\n';

const yaml = (content: unknown) =>
  `${HEADER}${stringify(content, { lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false })}`;

/** All generated files, by their path under `monitoring/`. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const { alerting, slo } = allGroups();
  const written = new Set(
    [...emittable(alerting), ...emittable(slo)].flatMap(({ rules }) =>
      rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : [])),
    ),
  );
  return new Map([
    ...[...testFiles(written)].map(([name, file]) => [`prometheus/tests/${name}`, yaml(file)] as const),
    ['fte_alerting_rules.yml', yaml(fileYaml(emittable(alerting)))],
    ['prometheus/rules/slo.yml', yaml(fileYaml(emittable(slo)))],
    ['prometheus/prometheus.yml', yaml(prometheusConfig(3, COMPOSE_TARGETS))],
    ['prometheus/prometheus-2.yml', yaml(prometheusConfig(2, COMPOSE_TARGETS))],
    [
      'prometheus/prometheus-scale.yml',
      yaml(
        prometheusConfig(3, {
          ...COMPOSE_TARGETS,
          remoteWrite: 'http://victoria-metrics:8428/api/v1/write',
        }),
      ),
    ],
    ['alertmanager/routes.yml', yaml(alertmanagerRoutes())],
    ...[...buildDashboards()].map(([name, json]) => [`grafana/dashboards/${name}`, json] as const),
  ]);
}

/** The generated files that are not as they should be. */
export function staleFiles(): readonly string[] {
  return [...generatedFiles()].flatMap(([file, wanted]) => {
    try {
      return readFileSync(join(ROOT, file), 'utf8') === wanted ? [] : [file];
    } catch {
      return [file];
    }
  });
}

function main(checkOnly: boolean): void {
  const files = generatedFiles();
  for (const file of staleFiles()) {
    if (checkOnly) {
      console.error(`monitoring/${file} is stale; run: npm run monitoring:build`);
      process.exitCode = 1;
      continue;
    }
    mkdirSync(dirname(join(ROOT, file)), { recursive: true });
    writeFileSync(join(ROOT, file), files.get(file) ?? '');
    console.log(`monitoring/${file} written`);
  }
}

if (process.argv[1] === import.meta.filename) main(process.argv.includes('--check'));
