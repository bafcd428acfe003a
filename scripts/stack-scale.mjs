// `npm run stack:scale`: the stack with VictoriaMetrics, and Prometheus told to write there. A profile alone can't tell it.
import { spawnSync } from 'node:child_process';

const { status, error } = spawnSync('docker', ['compose', '--profile', 'scale', 'up', '-d', '--wait'], {
  stdio: 'inherit',
  env: { ...process.env, PROMETHEUS_CONFIG: 'prometheus-scale.yml' },
});
if (error) console.error(`docker could not be started: ${error.message}`);
process.exit(status ?? 1);
