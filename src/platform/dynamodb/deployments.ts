import type { DeploymentPort } from '../../fte/ports.ts';
import type { Table } from './table.ts';

/** `DEPLOYMENT#<version>`: since when this version serves. */
export function deploymentPort(table: Table): DeploymentPort {
  return {
    async firstServedAt(version, at) {
      const key = { pk: `DEPLOYMENT#${version}`, sk: 'DEPLOYMENT' };
      if (await table.put({ ...key, first_served_at: at }, true)) return at;
      return Number((await table.get(key))?.first_served_at ?? at);
    },
  };
}
