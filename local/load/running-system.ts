/** Where the local BigQuery listens: `npm start` writes it down. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface RunningSystem {
  project: string;
  bigquery: string;
}

const DEFAULT_HOME = '.lethe';
const DEFAULT_PROJECT = 'lethe-local';

/**
 * `$LETHE_HOME/env` when that is set, else the variable that Google's clients know, else `.lethe/env`.
 * @throws when none of them is there.
 */
export async function findSystem(env: NodeJS.ProcessEnv): Promise<RunningSystem> {
  const { LETHE_HOME: home, BIGQUERY_EMULATOR_HOST: address, GOOGLE_CLOUD_PROJECT: project } = env;
  if (home === undefined && address !== undefined)
    return { project: project ?? DEFAULT_PROJECT, bigquery: withScheme(address) };
  const path = join(home ?? DEFAULT_HOME, 'env');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(`No system has been started here (there is no ${path}). Start it with: npm start`);
  });
  const bigquery = variable(text, 'BIGQUERY_EMULATOR_HOST');
  if (bigquery === undefined)
    throw new Error(`${path} names no BIGQUERY_EMULATOR_HOST. Start the system anew: npm start`);
  return { project: variable(text, 'GOOGLE_CLOUD_PROJECT') ?? DEFAULT_PROJECT, bigquery };
}

/** @throws when nobody listens there. */
export async function checkRunning({ bigquery }: RunningSystem): Promise<void> {
  try {
    await fetch(bigquery);
  } catch (error) {
    throw new Error(`No system answers at ${bigquery}. Start it with: npm start`, { cause: error });
  }
}

function variable(text: string, name: string): string | undefined {
  return new RegExp(`^(?:export )?${name}='?([^'\\n]+)'?$`, 'm').exec(text)?.[1];
}

function withScheme(address: string): string {
  return /^https?:\/\//.test(address) ? address : `http://${address}`;
}
