// Powertools Logger and Metrics: embedded metrics in the log, read by CloudWatch.
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const logger = new Logger({ serviceName: 'hello' });
const metrics = new Metrics({ namespace: 'hello', serviceName: 'hello' });

export const handler = async (_event, context) => {
  const started = performance.now();
  logger.addContext(context);
  metrics.captureColdStartMetric();
  metrics.addDimension('kind', 'new');
  metrics.addMetric('hello', MetricUnit.Count, 1);
  metrics.addMetric('requests', MetricUnit.Count, 1);
  metrics.addMetric('duration', MetricUnit.Seconds, (performance.now() - started) / 1000);
  logger.info('request', { method: 'GET', endpoint: '/hello', status: 200 });
  metrics.publishStoredMetrics();
  return { statusCode: 200, body: '{"ok":true}' };
};
