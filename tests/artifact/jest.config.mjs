import base from '../../jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/tests/artifact/**/*.artifact.ts'],
  // The unpacked functions lie in .local, which holds nothing else to be found there.
  modulePathIgnorePatterns: ['<rootDir>/.local', '<rootDir>/dist', '<rootDir>/tests/artifact/node_modules'],
  testTimeout: 300_000,
  maxWorkers: 1,
};
