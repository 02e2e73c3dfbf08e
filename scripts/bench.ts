/**
 * `npm run bench [-- --json FILE] [--rows N] [--closed N] [--only NAME]`: figures side by side in one run on this machine, ratios rather than times.
 * docs/performance.md has the method.
 */
import { parseArgs } from 'node:util';
import { startBenchSystem } from './bench/bench-system.ts';
import { lone } from './bench/lone.ts';
import { type Figure, printTable, writeJson } from './bench/report.ts';
import { statements } from './bench/statements.ts';
import { tick } from './bench/tick.ts';
import { wall } from './bench/wall.ts';
import { buildFunctions } from './build.ts';

const ROWS_DEFAULT = 1_000_000;
const CLOSED_DEFAULT = 10_000;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rows: { type: 'string', default: String(ROWS_DEFAULT) },
    closed: { type: 'string', default: String(CLOSED_DEFAULT) },
    only: { type: 'string' },
  },
});
process.env['METADATA_SERVER_DETECTION'] = 'none';
await buildFunctions();
const system = await startBenchSystem();
const figures: Figure[] = [];
try {
  const all: Record<string, () => Promise<Figure[]>> = {
    lone: () => lone(system),
    statements: () => statements(system),
    wall: () => wall(system, Number(values.rows)),
    tick: () => tick(system, Number(values.closed)),
  };
  for (const [name, measure] of Object.entries(all)) {
    if (values.only !== undefined && values.only !== name) continue;
    console.log(`Measuring ${name} …`);
    figures.push(...(await measure()));
  }
} finally {
  await system.close();
}
printTable(figures);
if (values.json !== undefined) await writeJson(values.json, figures);
