import { buildFunctions } from '../../scripts/build.ts';

/** Runs once before all test files: the end-to-end tests start the very bundle that is deployed. */
export default async function globalSetup(): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  await buildFunctions();
}
