// OpenTelemetry's metrics SDK, flushed over OTLP/HTTP at the end of each invocation.
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

const exporter = new OTLPMetricExporter({ url: process.env.OTLP_URL });
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
const provider = new MeterProvider({ readers: [reader] });
const meter = provider.getMeter('hello');
const hello = meter.createCounter('hello');
const requests = meter.createCounter('requests');
const seconds = meter.createHistogram('request_seconds');

export const handler = async () => {
  const started = performance.now();
  hello.add(1, { kind: 'new' });
  requests.add(1, { method: 'GET' });
  seconds.record((performance.now() - started) / 1000);
  console.log(JSON.stringify({ level: 'INFO', message: 'request' }));
  await provider.forceFlush();
  return { statusCode: 200, body: '{"ok":true}' };
};
