import { config } from '../config.ts';
import { allAlerts } from '../groups.ts';
import { SERVED_RUNBOOKS } from '../links.ts';

/** Where panels open runbooks. What Grafana itself serves stays below its address, whatever name it is opened by. */
const { grafana, runbooks } = config.links;
const RUNBOOKS = runbooks === `${grafana}${SERVED_RUNBOOKS}` ? SERVED_RUNBOOKS : runbooks;

/** @throws {Error} when there is no such alert. */
export function runbookUrl(alert: string): string {
  if (!allAlerts().some((known) => known.alert === alert)) throw new Error(`there is no alert ${alert}`);
  return `${RUNBOOKS}/${alert}.md`;
}

/** The same for an alert that is known only when somebody looks. */
export const RUNBOOK_OF_VALUE = `${RUNBOOKS}/\${__value.raw}.md`;

/** The dashboard's own variable: one set of dashboards serves several Prometheuses. */
export const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` };
