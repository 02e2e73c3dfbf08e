/**
 * The whole system on one machine: the three stand-ins in this process, each function in a process of its own, the tick of
 * Cloud Scheduler. `npm start` runs one in the data folder; every end-to-end test runs one in a folder of its own.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Storage } from '@google-cloud/storage';
import { makeApiKey } from '../functions/domain/api-key.ts';
import { type BigQueryService, startBigQuery } from './bigquery/service.ts';
import { Faults } from './faults.ts';
import { FunctionProcess } from './function-process.ts';
import { lockHome } from './home-lock.ts';
import { preferPort, requirePort } from './ports.ts';
import { type Addresses, EXPORTS_BUCKET, provision, RECEIPTS_BUCKET, STATE_BUCKET } from './provision.ts';
import { type PubSubService, startPubSub } from './pubsub/service.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { type StorageService, startStorage } from './storage/service.ts';

export interface StackOptions {
  /** The data folder; made when it is not there. */
  home: string;
  /** Of the API; the others follow it or are chosen free. 0: all are chosen. */
  port: number;
  /** BigQuery locations; Lethe's own tables are in the first. */
  locations: string[];
  /** Whether a test moves the clock (`moveClock`) and calls `tick` itself. */
  isTest?: boolean;
  graceSeconds?: number;
  /** As LETHE_CADENCE. Default: batches are formed at once. */
  cadence?: string;
  /** Further environment variables of the functions (`functions/config.ts`). */
  settings?: Record<string, string>;
  /** Gets what the functions print. */
  print: (target: string, text: string) => void;
}

export const PROJECT = 'lethe-local';
const TICK_SECONDS = 10;
const DIST = fileURLToPath(new URL('../dist', import.meta.url));

export class Stack {
  readonly faults: Faults;
  /** Time by which the stack's clock is ahead of the machine's, in milliseconds. */
  #clockOffset = 0;
  #ticking: NodeJS.Timeout | undefined;
  private readonly options: StackOptions;
  private parts!: {
    secrets: Secrets;
    bigquery: BigQueryService;
    storage: StorageService;
    pubsub: PubSubService;
    api: FunctionProcess;
    erase: FunctionProcess;
    export: FunctionProcess;
    unlock: () => Promise<void>;
  };

  private constructor(options: StackOptions) {
    this.options = options;
    this.faults = new Faults((name) => this.function(name).crash());
  }

  static async start(options: StackOptions): Promise<Stack> {
    const stack = new Stack(options);
    await stack.#start();
    return stack;
  }

  get url(): string {
    return this.parts.api.url;
  }

  get addresses(): Addresses {
    const { bigquery, storage, pubsub } = this.parts;
    return { project: PROJECT, bigquery: bigquery.address, storage: storage.address, pubsub: pubsub.address };
  }

  get secrets(): Secrets {
    return this.parts.secrets;
  }

  get pubsub(): PubSubService {
    return this.parts.pubsub;
  }

  function(name: string): FunctionProcess {
    if (name === 'api' || name === 'erase' || name === 'export') return this.parts[name];
    throw new Error(`there is no function ${name}`);
  }

  now = (): number => Date.now() + this.#clockOffset;

  /** Moves the clock of everything forward. */
  async moveClock(milliseconds: number): Promise<void> {
    this.#clockOffset += milliseconds;
    const { pubsub, storage } = this.parts;
    await Promise.all(this.#functions().map((one) => one.setClockOffset(this.#clockOffset)));
    await storage.sweep();
    pubsub.wake();
  }

  /** What Cloud Scheduler does: resolves when the pass has ended. @returns the HTTP status */
  async tick(worker: 'erase' | 'export' = 'erase'): Promise<number> {
    const response = await fetch(`${this.parts[worker].url}/tick`, { method: 'POST' });
    await response.arrayBuffer();
    return response.status;
  }

  /** A new API key of the tenant. Only its hash is stored. */
  async createApiKey(tenant: string): Promise<string> {
    const { key, document } = makeApiKey(tenant, Buffer.from(this.secrets.hashKey, 'base64'), randomBytes);
    const storage = new Storage({ projectId: PROJECT, apiEndpoint: this.addresses.storage });
    await storage
      .bucket(STATE_BUCKET)
      .file(`keys/${document.id}`)
      .save(JSON.stringify(document), { resumable: false });
    return key;
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    const { bigquery, storage, pubsub, unlock } = this.parts;
    await Promise.all(this.#functions().map((one) => one.kill()));
    await pubsub.close();
    await Promise.all([bigquery.close(), storage.close()]);
    await unlock();
  }

  #functions(): FunctionProcess[] {
    const { api, erase, export: exporter } = this.parts;
    return [api, erase, exporter];
  }

  async #start(): Promise<void> {
    const { home, port, isTest = false } = this.options;
    await mkdir(home, { recursive: true });
    const unlock = await lockHome(home);
    const apiPort = await requirePort(port);
    const beside = (offset: number) => preferPort(port === 0 ? 0 : port + offset);
    const common = { faults: this.faults, ...(isTest && { now: this.now }) };
    const secrets = await loadSecrets(home);
    const bigquery = await startBigQuery({
      folder: join(home, 'bigquery'),
      port: await beside(1),
      ...common,
    });
    const storage = await startStorage({ folder: join(home, 'storage'), port: await beside(2), ...common });
    const pubsub = await startPubSub({
      folder: join(home, 'pubsub'),
      port: await beside(3),
      writeRows: (table, rows, { dropUnknownFields }) =>
        bigquery.append(table, rows, { dropUnknown: dropUnknownFields }),
      ...common,
    });
    const erasePort = await beside(4);
    const exportPort = await beside(5);
    const env = this.#environment(secrets, { bigquery, storage, pubsub });
    const functionOf = (target: string, at: number) =>
      new FunctionProcess({
        target,
        source: DIST,
        port: at,
        env,
        print: (text) => this.options.print(target, text),
        hasMovableClock: isTest,
      });
    const api = functionOf('api', apiPort);
    const erase = functionOf('erase', erasePort);
    const exporter = functionOf('export', exportPort);
    this.parts = { secrets, bigquery, storage, pubsub, api, erase, export: exporter, unlock };
    const workers = { erase: erase.url, export: exporter.url };
    await provision(this.addresses, { locations: this.options.locations, workers });
    // The account that signs download addresses is in a file that the functions read.
    await Promise.all([...this.#functions().map((one) => one.start()), storage.signer()]);
    if (!isTest) this.#tickRegularly();
  }

  #environment(
    secrets: Secrets,
    {
      bigquery,
      storage,
      pubsub,
    }: { bigquery: BigQueryService; storage: StorageService; pubsub: PubSubService },
  ): Record<string, string> {
    return {
      GOOGLE_CLOUD_PROJECT: PROJECT,
      LETHE_STATE_BUCKET: STATE_BUCKET,
      LETHE_RECEIPTS_BUCKET: RECEIPTS_BUCKET,
      LETHE_EXPORTS_BUCKET: EXPORTS_BUCKET,
      LETHE_URL_SIGNER: join(this.options.home, 'storage', 'signing-account.json'),
      LETHE_LOCATIONS: this.options.locations.join(','),
      LETHE_HASH_KEY: secrets.hashKey,
      LETHE_SIGNING_KEY: secrets.signingKey,
      LETHE_GRACE_SECONDS: String(this.options.graceSeconds ?? 0),
      LETHE_PROXIES: '0',
      LETHE_CADENCE: this.options.cadence ?? '',
      ...this.options.settings,
      BIGQUERY_EMULATOR_HOST: bigquery.address,
      STORAGE_EMULATOR_HOST: storage.address,
      PUBSUB_EMULATOR_HOST: pubsub.address,
      METADATA_SERVER_DETECTION: 'none',
    };
  }

  #tickRegularly(): void {
    const tick = (worker: 'erase' | 'export') => {
      this.tick(worker).catch((error: Error) =>
        this.options.print('tick', `the tick failed: ${error.message}\n`),
      );
    };
    const tickAll = () => {
      tick('erase');
      tick('export');
    };
    tickAll();
    this.#ticking = setInterval(tickAll, TICK_SECONDS * 1000);
  }
}

/** `$LETHE_HOME/env`: to be sourced, so that any client of Google's reaches the same system. */
export async function writeEnvFile(home: string, stack: Stack, apiKey: string): Promise<string> {
  const { bigquery, storage, pubsub } = stack.addresses;
  const path = join(home, 'env');
  const lines = Object.entries({
    LETHE_URL: stack.url,
    LETHE_API_KEY: apiKey,
    GOOGLE_CLOUD_PROJECT: PROJECT,
    BIGQUERY_EMULATOR_HOST: bigquery,
    STORAGE_EMULATOR_HOST: storage,
    PUBSUB_EMULATOR_HOST: pubsub,
    METADATA_SERVER_DETECTION: 'none',
  }).map(([name, value]) => `export ${name}='${value}'`);
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

/** The API key that an earlier start has written. */
export async function readEnvApiKey(home: string): Promise<string | undefined> {
  try {
    return /LETHE_API_KEY='([^']+)'/.exec(await readFile(join(home, 'env'), 'utf8'))?.[1];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
