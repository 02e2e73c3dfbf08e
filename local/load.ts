/** `npm run load`: one's own rows into the local BigQuery. */

import { resolve } from 'node:path';
import { loadFile } from './load/load-file.ts';
import { type LoadOrder, parseOrder, USAGE, UsageError } from './load/order.ts';
import { checkRunning, findSystem } from './load/running-system.ts';
import { bigqueryClient } from './provision.ts';

async function run(order: LoadOrder): Promise<void> {
  const system = await findSystem(process.env);
  await checkRunning(system);
  // Google's client would prefer the variable to the address it is given.
  delete process.env['BIGQUERY_EMULATOR_HOST'];
  const rows = await loadFile(bigqueryClient(system), order);
  const count = `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`;
  console.log(`${count} loaded into ${order.dataset}.${order.table}.`);
}

/** npm runs scripts in the package's folder and says in INIT_CWD where the caller was. */
function fromCallersFolder(order: LoadOrder): LoadOrder {
  const at = (path: string) => resolve(process.env['INIT_CWD'] ?? '.', path);
  const { file, schemaFile } = order;
  return { ...order, file: at(file), ...(schemaFile !== undefined && { schemaFile: at(schemaFile) }) };
}

/** A load job names every row that it could not take; a few show what is wrong. */
const FINDINGS_SHOWN = 5;

function explain(error: unknown): string {
  const { errors, message } = error as { errors?: { message?: string }[]; message: string };
  const findings = [...new Set(errors?.map((finding) => finding.message ?? '').filter(Boolean))];
  return findings.length === 0 ? message : findings.slice(0, FINDINGS_SHOWN).join('\n');
}

try {
  const order = parseOrder(process.argv.slice(2));
  if (order === 'help') console.log(USAGE);
  else await run(fromCallersFolder(order));
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message}\n\n${USAGE}` : `Nothing was loaded. ${explain(error)}`);
  process.exitCode = isUsage ? 2 : 1;
}
