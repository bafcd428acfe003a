// Each rule switched off, by a replacement in a copy of the code, and the storm that is to notice.
import type { Fault } from './faults.ts';

export interface Replacement {
  /** In src/observability. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly rule: string;
  readonly change: readonly Replacement[];
  readonly faults: readonly Fault[];
  readonly inboxes?: 1 | 2;
  /** At least so long a storm: some rules speak of what was long ago. */
  readonly seconds?: number;
  /** What the storm is expected to see; undefined: nothing, for the reason in `because`. */
  readonly symptom?: string;
  /** Why the storm can stay green. */
  readonly because?: string;
}

const one = (file: string, find: string, replace: string): readonly Replacement[] => [
  { file, find, replace },
];

export const MUTANTS: readonly Mutant[] = [
  {
    rule: 'an id of its own for each instance',
    change: one('push/identity.ts', "randomBytes(10).toString('hex')", "'0'.repeat(20)").concat(
      one('push/identity.ts', 'id = newInstanceId(clocks.wall());', 'id = newInstanceId(1_790_000_000_000);'),
    ),
    faults: [],
    symptom: 'instances overwrite each other: the end is far too low',
  },
  {
    rule: 'another lane after an unanswered push',
    change: one(
      'push/identity.ts',
      '} else if (stray || silentMs(leased) > leaseMs) {',
      '} else if (silentMs(leased) > leaseMs) {',
    ),
    faults: ['late'],
    inboxes: 1,
    symptom: 'a late push hides a newer one until the next, or for good',
  },
  {
    rule: 'another lane after the lease',
    change: one(
      'push/identity.ts',
      '} else if (stray || silentMs(leased) > leaseMs) {',
      '} else if (stray) {',
    ),
    faults: ['freeze', 'deletes'],
    inboxes: 1,
    symptom: 'a push is deleted unread with the lane that was given up',
  },
  {
    rule: 'what earlier ids pushed is not pushed again',
    change: one('push/pusher.ts', 'baseline = arrived;', 'baseline = [];'),
    faults: ['freeze'],
    symptom: 'above truth: an instance counts twice when it takes another id',
  },
  {
    rule: 'only 2xx is success',
    change: one('push/gateway.ts', 'status >= 200 && status < 300', 'status >= 200'),
    faults: ['redirects'],
    inboxes: 1,
    symptom: 'acknowledged, and not in the totals',
  },
  {
    rule: 'integer sums',
    change: [
      ...one('catalogue.ts', 'return Math.round(fromUnits(-scaleOf(spec), value));', 'return value;'),
      ...one(
        'catalogue.ts',
        'return scale >= 0 ? units / 10 ** scale : units * 10 ** -scale;',
        'return units;',
      ),
      ...one('push/wire.ts', 'Math.round(fromUnits(-scaleOf(spec), value))', 'value'),
      ...one('fleet/series-table.ts', '!Number.isSafeInteger(value) || value < 0', 'value < 0'),
    ],
    faults: ['freeze', 'hosts'],
    symptom: 'dips by the last digit; entries that are not whole units',
  },
  {
    rule: 'names in entries carry the edges',
    change: one('push/wire.ts', "    spec.type === 'histogram'\n      ?", "    spec.help === ''\n      ?"),
    faults: ['schemas'],
    symptom: 'two versions clash: entries are quarantined and lost',
  },
  {
    rule: 'a foreign bucket counts in the smallest edge above it',
    change: one(
      'fleet/totals.ts',
      '(from[below + 1] ?? Number.POSITIVE_INFINITY) <= edge',
      '(from[below + 1] ?? Number.POSITIVE_INFINITY) <= edge * 2',
    ),
    faults: ['schemas'],
    symptom: 'above truth in a bucket',
  },
  {
    rule: 'retired instances are remembered',
    change: one('fleet/merge.ts', 'now - held.retiredAt > forgetAfterMs', 'now - held.retiredAt >= 0'),
    faults: ['freeze'],
    symptom: 'an instance that comes back is refused: the end is too low',
  },
  {
    rule: 'a late push with larger values is merged',
    change: one(
      'fleet/merge.ts',
      '  merge(held, entry);\n  held.sequence = entry.sequence;\n  held.retiredAt = now;',
      '  held.retiredAt = now;',
    ),
    faults: ['late'],
    seconds: 55,
    inboxes: 1,
    symptom: 'the end is too low',
  },
  {
    rule: 'the horizon refuses the forgotten',
    change: one('fleet/merge.ts', '(bornAt(id) ?? 0) < state.horizon', 'state.horizon < 0'),
    faults: ['restore'],
    seconds: 55,
    symptom: 'above truth: the dead count again',
  },
  {
    rule: 'only a pass that read every inbox is complete',
    change: one('fleet/fleet.ts', '    if (views.complete) {\n', '    if (views.read.length > 0) {\n'),
    faults: ['cut-fleet', 'drops'],
    symptom: 'acknowledged by the inbox that was not read, and not in the totals of a fold that says so',
  },
  {
    rule: 'the ledger is written before publishing',
    change: [
      ...one(
        'fleet/fleet.ts',
        '    await ledger.write({ after: head?.version, version: version + 1, bytes: encodeState(state), publishing });\n',
        '',
      ),
      ...one(
        'fleet/fleet.ts',
        '    await clean(views.read, done, ask);\n',
        '    await ledger.write({ after: head?.version, version: version + 1, bytes: encodeState(state), publishing });\n    await clean(views.read, done, ask);\n',
      ),
    ],
    faults: ['held'],
    symptom: 'dips: whoever lost the race for the ledger has published all the same',
  },
  {
    rule: 'of two writers one gets the ledger',
    change: [
      ...one(
        'fleet/file-ledger.ts',
        '      if ((await versions())[0] !== after) throw ledgerConflict(after);\n',
        '',
      ),
      ...one(
        'fleet/file-ledger.ts',
        'await link(temporary, join(folder, fileOf(version)));',
        "await (await import('node:fs/promises')).copyFile(temporary, join(folder, fileOf(version)));",
      ),
      ...one('fleet/file-ledger.ts', '      if (all[0] !== version) throw ledgerConflict(after);\n', ''),
    ],
    faults: ['held'],
    symptom: 'dips: two write and publish from what each knows',
  },
  {
    rule: 'whoever was held up does not publish',
    change: one('fleet/fleet.ts', 'publishing && heldUp < timings.publishWithinMs', 'publishing'),
    faults: ['held'],
    symptom: 'dips: an old publication over a newer one',
  },
  {
    rule: 'grace after an unanswered publication',
    change: one('fleet/fleet.ts', 'if (unanswered) state.grace ??= { since: null };', ''),
    faults: ['publish'],
    symptom: 'dips: the late publication over a newer one',
  },
  {
    rule: 'an unanswered publication keeps its note',
    change: one(
      'fleet/fleet.ts',
      'if (!answer.unanswered) await ledger.answered(version);',
      'await ledger.answered(version);',
    ),
    faults: ['publish'],
    symptom: 'dips: the late publication over a newer one',
  },
  {
    rule: 'going on from what is published',
    change: one(
      'fleet/fleet.ts',
      'if (published !== undefined && version > (head?.version ?? 0))',
      'if (published !== undefined && version < 0)',
    ),
    faults: ['ledger'],
    symptom: 'dips to what the older ledger knew',
  },
  {
    rule: 'going on moves the horizon',
    change: one('fleet/fleet.ts', '    state.horizon = Math.max(state.horizon, now);\n', ''),
    faults: ['ledger', 'freeze'],
    symptom: 'above truth: who comes back counts again',
  },
  {
    rule: 'a new series debuts at 0',
    change: one(
      'fleet/publication.ts',
      'return since !== undefined && now - since >= debutMs ? series : zeroed(series);',
      'return since === undefined || now - since >= 0 ? series : zeroed(series);',
    ),
    faults: [],
    symptom: 'the first value of a series is not 0, and increase() misses it',
  },
  {
    rule: 'max, number by number',
    change: one('fleet/series-table.ts', 'if (value > (held[i] ?? 0)) held[i] = value;', 'held[i] = value;'),
    faults: ['late', 'acks', 'stop'],
    because: 'only an entry with a larger sequence number is merged, and that one is larger in every number',
  },
  {
    rule: 'only a larger sequence number is news',
    change: one('fleet/merge.ts', '    if (sequence <= held.sequence) continue;\n', ''),
    faults: ['late', 'acks', 'stop'],
    because: 'max alone keeps the totals; without it nobody is ever retired, which costs memory and no count',
  },
  {
    rule: 'max and sequence numbers together',
    change: [
      ...one('fleet/series-table.ts', 'if (value > (held[i] ?? 0)) held[i] = value;', 'held[i] = value;'),
      ...one('fleet/merge.ts', '    if (sequence <= held.sequence) continue;\n', ''),
    ],
    faults: ['late', 'acks'],
    symptom: 'dips: an older entry in another lane or inbox replaces the newer',
  },
  {
    rule: 'an entry without its sequence number is ignored',
    change: one(
      'fleet/entries.ts',
      '} else if (sequence !== undefined) entries.push({ id, lane: Number(lane), sequence, values });',
      '} else entries.push({ id, lane: Number(lane), sequence: sequence ?? 1, values });',
    ),
    faults: ['stop', 'hosts'],
    because:
      'a gateway refuses protobuf that is cut, so that no such entry ever stands in one: the rule is a second lock',
  },
];
