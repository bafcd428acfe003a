import { config } from '../config.ts';
import { allAlerts } from '../groups.ts';

/**
 * Where Grafana opens runbooks. With an address in `config.links.runbooks` it is that; else Grafana's own web server has
 * them, since the compose file mounts the folder into what it serves.
 */
const RUNBOOKS = URL.canParse(config.links.runbooks) ? config.links.runbooks : '/public/runbooks';

/** @throws {Error} when there is no such alert. */
export function runbookUrl(alert: string): string {
  if (!allAlerts().some((known) => known.alert === alert)) throw new Error(`there is no alert ${alert}`);
  return `${RUNBOOKS}/${alert}.md`;
}

/** The same for an alert that is known only when somebody looks. */
export const RUNBOOK_OF_VALUE = `${RUNBOOKS}/\${__value.raw}.md`;

/** The dashboard's own variable: one set of dashboards serves several Prometheuses. */
export const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` };
