import { findExecutable } from './executable.ts';

/** The path of Prometheus's own checker and rule tester. */
export const promtool = () => findExecutable({ command: 'promtool', debianPackage: 'prometheus' });
/** The path of Alertmanager's own checker. */
export const amtool = () => findExecutable({ command: 'amtool', debianPackage: 'prometheus-alertmanager' });
/** The path of the checker of compose files; it needs no engine. */
export const dockerCompose = () =>
  findExecutable({ command: 'docker-compose', debianPackage: 'docker-compose' });
