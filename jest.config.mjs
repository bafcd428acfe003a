/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  modulePathIgnorePatterns: [
    '<rootDir>/.local',
    '<rootDir>/.esbuild',
    '<rootDir>/.serverless',
    '<rootDir>/dist',
    '<rootDir>/monitoring/grafana/preview',
  ],
  testTimeout: 300_000,
  maxWorkers: 2,
};
