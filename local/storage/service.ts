/**
 * A stand-in for Cloud Storage on disk: the JSON API, and the part of the XML API that signed URLs use. All state is in
 * memory and in a journal (`journal.ndjson`), all bytes in files of their own (`content/`).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { Faults } from '../faults.ts';
import { serve } from '../http.ts';
import { Journal } from '../pubsub/journal.ts';
import { ContentStore } from './content-store.ts';
import type { Context } from './context.ts';
import { limitRate } from './rate-limit.ts';
import type { Change } from './records.ts';
import { renderError } from './render-error.ts';
import { routes } from './routes.ts';
import { loadSigningAccount, type SigningAccount } from './signing-account.ts';
import { State } from './state.ts';
import { sweep } from './sweep.ts';
import { Turns } from './turns.ts';

const SWEEP_SECONDS = 60;

export interface StorageOptions {
  /** Where everything is kept; made when it is not there. One service at a time. */
  folder: string;
  /** Default 0: the system chooses one. */
  port?: number;
  /** Default the machine's; then lifecycle rules are applied every minute, otherwise only by `sweep`. */
  now?: Clock;
  faults?: Faults;
  /** Default no limit. The real service allows about one. https://cloud.google.com/storage/quotas#objects */
  writesPerSecondPerObject?: number;
}

export interface StorageService {
  /** `http://127.0.0.1:PORT`, for STORAGE_EMULATOR_HOST or `apiEndpoint`. */
  readonly address: string;
  readonly port: number;
  /** Applies the lifecycle rules of all buckets and ends upload sessions that are a week old, by the clock. */
  sweep(): Promise<void>;
  /** The service account whose V4 signatures are accepted: `new Storage({ credentials: await service.signer() })`. */
  signer(): Promise<SigningAccount>;
  close(): Promise<void>;
}

export async function startStorage(options: StorageOptions): Promise<StorageService> {
  const { folder, now = Date.now } = options;
  await mkdir(folder, { recursive: true });
  const state = new State();
  const journal = await Journal.open<Change[]>({
    path: join(folder, 'journal.ndjson'),
    apply: (changes) => {
      for (const change of changes) state.apply(change);
    },
    snapshot: () => state.snapshot().map((change) => [change]),
  });
  const content = await ContentStore.open(join(folder, 'content'));
  await content.removeAllBut(state.contentIds());
  let account: Promise<SigningAccount> | undefined;
  let address = '';
  const context: Context = {
    state,
    commit: (...changes) => journal.commit(changes),
    content,
    turns: new Turns(),
    now,
    address: () => address,
    signer: () => {
      account ??= loadSigningAccount(join(folder, 'signing-account.json'));
      return account;
    },
    checkRate: limitRate(options.writesPerSecondPerObject, now),
  };
  const server = await serve({
    port: options.port ?? 0,
    routes: routes(context),
    faults: options.faults ?? new Faults(),
    renderError,
  });
  address = server.address;
  const timer = options.now === undefined ? sweepRegularly(context) : undefined;
  return {
    address,
    port: server.port,
    sweep: () => sweep(context),
    signer: context.signer,
    close: async () => {
      clearInterval(timer);
      await server.close();
      await journal.close();
      await content.close();
    },
  };
}

function sweepRegularly(context: Context): NodeJS.Timeout {
  const timer = setInterval(() => {
    sweep(context).catch((error: unknown) => console.error('Lifecycle rules could not be applied:', error));
  }, SWEEP_SECONDS * 1000);
  return timer.unref();
}
