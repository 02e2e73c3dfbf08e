/**
 * Builds the deployable bundle into dist/. The framework stays outside: its registry is a module-level map, and a bundle
 * with a copy of its own would register into another one (facts/platform.md §1).
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Google's clients are CommonJS: they ask for Node's modules by require, and for the folder that they are in. */
const COMMONJS_NAMES = [
  "import { createRequire as letheCreateRequire } from 'node:module';",
  'const require = letheCreateRequire(import.meta.url);',
  'const { filename: __filename, dirname: __dirname } = import.meta;',
].join(' ');

/** @param outdir absolute folder for index.js and its lazily loaded chunks */
export async function buildFunctions(outdir: string = join(root, 'dist')): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['functions/index.ts'],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: 'linked',
    external: ['@google-cloud/functions-framework'],
    banner: { js: COMMONJS_NAMES },
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildFunctions();
