import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs once before all test files: the end-to-end tests start the very bundle that is deployed. The build has a process of
 * its own, because jest puts its transform between an import in this one and the file.
 */
export default function globalSetup() {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))], {
    stdio: 'inherit',
  });
}
