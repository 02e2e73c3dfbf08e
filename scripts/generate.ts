/** Writes what is generated from the code and committed: `npm run generate`. Tests tell when it was forgotten. */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DATA_MAP_SCHEMA_FILE, dataMapJsonSchema } from './data-map-schema.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const GENERATED: Record<string, () => object> = { [DATA_MAP_SCHEMA_FILE]: dataMapJsonSchema };

for (const [file, generate] of Object.entries(GENERATED)) {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), `${JSON.stringify(generate(), null, 2)}\n`);
}
const { status } = spawnSync('biome', ['format', '--write', ...Object.keys(GENERATED)], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
