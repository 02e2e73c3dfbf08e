#!/usr/bin/env node
// Starts the command line under the project's own Node (24), whatever Node started this.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules', '.bin', 'node');
if (!existsSync(node)) {
  console.error('Lethe is not installed yet: run npm run setup.');
  process.exit(1);
}
const { status } = spawnSync(node, [join(root, 'cli', 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
