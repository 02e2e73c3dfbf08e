/** Runs once before all test files. */
export default async function globalSetup(): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
}
