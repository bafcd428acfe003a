import type { Fired } from './compare.ts';
import { DRAFTS } from './drafts.ts';
import { SCENARIOS } from './scenarios.ts';

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const list = (names: readonly string[]) => names.join('; ');

/** How an alert did: of the scenarios in which it is due, and of the others. */
export function score(alert: string, fired: Fired) {
  const has = ({ name }: { name: string }) => fired.get(name)?.has(alert) ?? false;
  const due = SCENARIOS.filter((scenario) => scenario.due.includes(alert));
  const others = SCENARIOS.filter((scenario) => !scenario.due.includes(alert));
  return {
    due: due.length,
    missed: due.filter((scenario) => !has(scenario)).map(({ name }) => name),
    false: others.filter(has).map(({ name }) => name),
  };
}

function cell(alert: string, fired: Fired): string {
  const { due, missed, false: alarms } = score(alert, fired);
  return [
    `${due - missed.length} of ${due}`,
    ...(missed.length > 0 ? [`**missed:** ${list(missed)}`] : []),
    ...(alarms.length > 0 ? [`**false:** ${list(alarms)}`] : []),
  ].join('<br>');
}

/** The two sets of rules beside each other, as Markdown: a row an alert, then a row a scenario. */
export function comparisonTable(drafts: Fired, ours: Fired): string {
  const names = (fired: Fired, scenario: string) =>
    list(DRAFTS.flatMap(({ alert }) => (fired.get(scenario)?.has(alert) ? [alert] : []))) || '—';
  return [
    row([
      'alert',
      'as commonly written: fires when it should',
      'ours',
      'what is the matter with the first draft',
    ]),
    row(['---', '---', '---', '---']),
    ...DRAFTS.map(({ alert, remark }) =>
      row([`\`${alert}\``, cell(alert, drafts), cell(alert, ours), remark]),
    ),
    '',
    row(['what happens, for three hours', 'should fire', 'as commonly written', 'ours']),
    row(['---', '---', '---', '---']),
    ...SCENARIOS.map(({ name, due }) =>
      row([name, list(due) || '—', names(drafts, name), names(ours, name)]),
    ),
  ].join('\n');
}
