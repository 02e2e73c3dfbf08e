/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'commonjs', ignoreDynamic: false },
      },
    ],
  },
  // These ship ES modules, or import them when they are used; jest's own module system wants CommonJS.
  transformIgnorePatterns: [
    '/node_modules/(?!(?:.*/node_modules/)?(?:jose|teeny-request|node-fetch|fetch-blob|data-uri-to-buffer|formdata-polyfill|gaxios)/)',
  ],
  testTimeout: 30_000,
  maxWorkers: 2,
};
