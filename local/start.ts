/** `npm start`: builds the bundle, starts the whole system in the data folder, loads the demo, and says how to use it. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { buildFunctions } from '../scripts/build.ts';
import type { DemoOptions } from './demo/demo-data.ts';
import { demoDeletion } from './demo/demo-deletion.ts';
import { loadDemo } from './demo/load-demo.ts';
import { trickle } from './demo/trickle.ts';
import { serveFaults } from './fault-port.ts';
import { openLogs } from './logs.ts';
import { bigqueryClient } from './provision.ts';
import { readEnvApiKey, Stack, writeEnvFile } from './stack.ts';

const TENANT = 'demo';
const LIVE_MILLISECONDS = 10_000;

async function main(): Promise<void> {
  // Google's clients would look for credentials on a metadata server that is not there.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const home = resolve(process.env['LETHE_HOME'] ?? '.lethe');
  const port = portFrom(process.env['PORT']);
  const rows = rowsFrom(process.env['LETHE_DEMO_ROWS']);
  console.log('Building the functions …');
  await buildFunctions();
  const logs = await openLogs(home);
  const stack = await Stack.start({ home, port, locations: ['EU', 'US'], print: logs.write });
  const stop = stopOnce(stack);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const apiKey = (await readEnvApiKey(home)) ?? (await stack.createApiKey(TENANT));
  const envFile = await writeEnvFile(home, stack, apiKey);
  if (process.env['LETHE_FAULTS'] === '1')
    console.log(`Faults:  ${await serveFaults(stack.faults)} (POST a rule, DELETE all)`);
  console.log(`Loading demo data (about ${rows.toLocaleString('en')} rows, once) …`);
  const { today } = await loadDemo(bigqueryClient(stack.addresses), { rows });
  await putDemoMap(stack.url, apiKey);
  if (process.env['LETHE_DEMO_LIVE'] === '1') keepLive(bigqueryClient(stack.addresses), { rows, today });
  const subject = await demoDeletion(bigqueryClient(stack.addresses));
  console.log(welcome({ url: stack.url, apiKey, envFile, subject, logs: logs.folder }));
}

function portFrom(text: string | undefined): number {
  const port = Number(text ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65_000)
    throw new Error(`PORT must be a port number, not ${text}`);
  return port;
}

function rowsFrom(text: string | undefined): number {
  const rows = Number(text ?? 200_000);
  if (!Number.isInteger(rows) || rows < 1_000)
    throw new Error(`LETHE_DEMO_ROWS must be at least 1000, not ${text}`);
  return rows;
}

const STOP_MILLISECONDS_MAX = 1_500;

/** The second Ctrl-C does not wait. */
function stopOnce(stack: Stack): () => void {
  let isStopping = false;
  return () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    // Whatever is not closed by then is where kill -9 would have left it: nothing that was answered is lost.
    setTimeout(() => process.exit(0), STOP_MILLISECONDS_MAX).unref();
    stack.close().then(
      () => process.exit(0),
      (error: Error) => {
        console.error(`Stopping failed: ${error.message}`);
        process.exit(1);
      },
    );
  };
}

/** As a shop that is open: a few events every ten seconds, which stay in the streaming buffer for half an hour. */
function keepLive(bigquery: BigQuery, options: DemoOptions): void {
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    trickle(bigquery, options, turn).catch((error: Error) =>
      console.error(`No live events this time: ${error.message}`),
    );
  }, LIVE_MILLISECONDS);
  timer.unref();
}

async function putDemoMap(url: string, apiKey: string): Promise<void> {
  const map = await readFile(new URL('./demo/data-map.yaml', import.meta.url), 'utf8');
  const response = await fetch(`${url}/v1/tenants/${TENANT}/data-map`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/yaml' },
    body: map,
  });
  if (!response.ok) throw new Error(`The demo's data map was refused: ${await response.text()}`);
}

function welcome({
  url,
  apiKey,
  envFile,
  subject,
  logs,
}: {
  url: string;
  apiKey: string;
  envFile: string;
  subject: string;
  logs: string;
}): string {
  return `
Lethe is up.

  API:      ${url}
  API key:  ${apiKey}
  Env file: ${envFile}   (source it: Google's client libraries then reach this system)
  Logs:     ${logs}

Delete everything about one person of the demo:

  source ${envFile}
  curl -si $LETHE_URL/v1/tenants/${TENANT}/requests -H "Authorization: Bearer $LETHE_API_KEY" -H 'Content-Type: application/json' \\
    -d '{"type":"deletion","subjects":[{"type":"distinct_id","value":"${subject}"}],"scope":"everything"}'

With the id from the answer, ask how it stands, then get the receipt and check it:

  ID=r-…
  curl -s $LETHE_URL/v1/tenants/${TENANT}/requests/$ID -H "Authorization: Bearer $LETHE_API_KEY"
  curl -s $LETHE_URL/v1/tenants/${TENANT}/requests/$ID/receipt -H "Authorization: Bearer $LETHE_API_KEY" -o receipt.jws
  npx lethe verify receipt.jws

Ctrl-C stops it; everything is kept for the next start.`;
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
