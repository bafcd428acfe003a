import { customerBoard } from './customers.ts';
import { dashboardJson } from './frame.ts';
import { functionBoard } from './functions.ts';
import { objectives } from './objectives.ts';
import { overview } from './overview.ts';
import { pipelineBoard } from './pipeline.ts';
import { quality } from './quality.ts';
import type { Board } from './spec.ts';

/** All dashboards, in the order in which somebody goes through them. */
export const BOARDS: readonly Board[] = [
  overview,
  quality,
  customerBoard,
  objectives,
  pipelineBoard,
  functionBoard,
];

/** The dashboards as Grafana's provisioning reads them, by their file's name. */
export function buildDashboards(): ReadonlyMap<string, string> {
  return new Map(BOARDS.map((board) => [`${board.uid}.json`, dashboardJson(board)]));
}
