import { changesLogged, type DependencyState } from '../../src/fte/operations/health.ts';

test('why a dependency is down is told when it goes down, and that it is back: once each', () => {
  const told: unknown[] = [];
  const log = {
    error: (message: string, fields?: object) => told.push([message, fields]),
    info: (message: string, fields?: object) => told.push([message, fields]),
  };
  const tell = changesLogged();
  const states = (up: boolean, error?: Error): DependencyState[] => [
    { dependency: 'database', up: true },
    { dependency: 'mail', up, error },
  ];
  const refused = new Error('connect ECONNREFUSED');
  for (const one of [
    states(true),
    states(false, refused),
    states(false, refused),
    states(true),
    states(true),
  ])
    tell(one, log);
  expect(told).toEqual([
    ['a dependency does not answer', { dependency: 'mail', error: refused }],
    ['a dependency answers again', { dependency: 'mail' }],
  ]);
  tell(states(false, refused), log);
  expect(told).toHaveLength(3);
});
