/** Before the tests: what they start must be there, so that no test waits for a package manager. */
import { findExecutable } from './executable.ts';

const SERVERS = [
  { command: 'prometheus-pushgateway', debianPackage: 'prometheus-pushgateway' },
  { command: 'prometheus', debianPackage: 'prometheus' },
  { command: 'promtool', debianPackage: 'prometheus' },
  { command: 'amtool', debianPackage: 'prometheus-alertmanager' },
  { command: 'victoria-metrics', debianPackage: 'victoria-metrics' },
  { command: 'docker-compose', debianPackage: 'docker-compose' },
  { command: 'chromium', debianPackage: 'chromium' },
];

for (const server of SERVERS) {
  try {
    findExecutable(server);
  } catch (error) {
    // The tests that need it will say so, each by itself; the others have nothing to do with it.
    process.stderr.write(`${(error as Error).message}\n`);
  }
}
