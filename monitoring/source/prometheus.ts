import { config } from './config.ts';
import { duration } from './promql.ts';

export interface PrometheusTargets {
  readonly gateways: readonly string[];
  readonly alertmanagers: readonly string[];
  readonly ruleFiles: readonly string[];
  /** Prometheus itself; left out, it is not scraped. */
  readonly self?: string;
  readonly remoteWrite?: string;
  /** Runs everything so many times as fast. */
  readonly scale?: number;
}

/** Exemplars cross a scrape only as protobuf. */
const PROTOCOLS = ['PrometheusProto', 'OpenMetricsText1.0.0', 'OpenMetricsText0.0.1', 'PrometheusText0.0.4'];

/**
 * Prometheus's configuration. Prometheus 3 asks for protobuf by `scrape_protocols`; 2.42 does not know the field and
 * asks for it under `--enable-feature=exemplar-storage,native-histograms`.
 */
export function prometheusConfig(version: 2 | 3, targets: PrometheusTargets): Record<string, unknown> {
  const { gateways, alertmanagers, ruleFiles, self, remoteWrite, scale = 1 } = targets;
  return {
    global: {
      scrape_interval: duration(config.scrapeInterval / scale),
      evaluation_interval: duration(config.evaluationInterval / scale),
      ...(scale > 1 && { scrape_timeout: duration(config.scrapeInterval / scale) }),
    },
    rule_files: ruleFiles,
    alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
    ...(remoteWrite !== undefined && { remote_write: [{ url: remoteWrite, send_exemplars: true }] }),
    scrape_configs: [
      {
        job_name: config.gatewayJob,
        honor_labels: true,
        ...(version === 3 && { scrape_protocols: PROTOCOLS }),
        static_configs: [{ targets: gateways }],
        metric_relabel_configs: [{ source_labels: ['job'], regex: config.instanceJob, action: 'drop' }],
      },
      ...(self === undefined ? [] : [{ job_name: 'prometheus', static_configs: [{ targets: [self] }] }]),
    ],
  };
}

/** How the containers of the compose file find each other. */
export const COMPOSE_TARGETS: PrometheusTargets = {
  gateways: ['pushgateway:9091', 'pushgateway-2:9091'],
  alertmanagers: ['alertmanager:9093'],
  ruleFiles: ['../fte_alerting_rules.yml', 'rules/*.yml'],
  self: 'localhost:9090',
};
