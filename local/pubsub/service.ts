/** Wiring: a folder, a clock and faults become a Pub/Sub that Google's clients can reach. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Clock } from '../clock.ts';
import { Faults } from '../faults.ts';
import type { WriteRows } from './bigquery-rows.ts';
import { Delivery } from './delivery.ts';
import { bindHandlers, type Context } from './handlers.ts';
import { Journal } from './journal.ts';
import { loadServices } from './proto.ts';
import { publisherHandlers } from './publisher.ts';
import type { Publishing } from './publishing.ts';
import { pullHandlers } from './pull.ts';
import { PullConsumers } from './pull-consumers.ts';
import { type Jwks, loadPushKey, PushTokens } from './push-token.ts';
import { State, type StateRecord } from './state.ts';
import { type StreamingPullCall, streamingPull } from './streaming-pull.ts';
import { subscriberHandlers } from './subscriber.ts';

export type { Row, TableName } from './bigquery-rows.ts';

export interface PubSubOptions {
  /** Holds the journal and the key of the push tokens; made when it is not there. One service at a time. */
  folder: string;
  /** 0, the default, lets the system choose. */
  port?: number;
  /** With an injected clock nothing happens by wall time: call `wake` after moving it. */
  now?: Clock;
  faults?: Faults;
  /** Where BigQuery subscriptions write; without it, creating one is UNIMPLEMENTED. */
  writeRows?: WriteRows;
  /** Signs the push tokens: an RSA private key, or its PEM. Default: one made in the folder. */
  oidcKey?: KeyObject | string;
}

export interface PubSubService {
  /** `127.0.0.1:PORT`, the form of PUBSUB_EMULATOR_HOST. */
  readonly address: string;
  readonly port: number;
  /** Resolves when no push or row write is running and none is due before the clock moves. */
  idle(): Promise<void>;
  /** Looks at the clock again. */
  wake(): void;
  /** The public key of the push tokens, as a JWK set. */
  jwks(): Jwks;
  close(): Promise<void>;
}

/** Room for a request of the largest allowed size and its framing; larger ones are told the limit by us. */
const GRPC_MESSAGE_BYTES_MAX = 20 * 1024 * 1024;

/** Listens on the loopback address. Rejects when the port is taken. */
export async function startPubSub(options: PubSubOptions): Promise<PubSubService> {
  mkdirSync(options.folder, { recursive: true });
  const now = options.now ?? Date.now;
  const state = new State();
  const journal = await Journal.open<StateRecord>({
    path: join(options.folder, 'pubsub.ndjson'),
    apply: (record) => state.apply(record),
    snapshot: () => state.snapshot(),
  });
  const tokens = new PushTokens(pushKey(options), now);
  const consumers = new PullConsumers();
  const faults = options.faults ?? new Faults();
  const publishing: Publishing = { state, journal, faults, now, wake: () => delivery.wake() };
  const delivery = new Delivery({
    publishing,
    consumers,
    tokens,
    writeRows: options.writeRows,
    now,
    timers: options.now === undefined,
  });
  const server = createServer({ publishing, delivery, consumers, inTurn: oneAfterTheOther() });
  const port = await listen(server, options.port ?? 0);
  delivery.wake();
  return {
    address: `127.0.0.1:${port}`,
    port,
    idle: () => delivery.idle(),
    wake: () => delivery.wake(),
    jwks: () => tokens.jwks(),
    close: async () => {
      server.forceShutdown();
      await delivery.close();
      await journal.close();
    },
  };
}

function pushKey({ folder, oidcKey }: PubSubOptions): KeyObject {
  if (oidcKey === undefined) return loadPushKey(folder);
  return typeof oidcKey === 'string' ? createPrivateKey(oidcKey) : oidcKey;
}

function createServer(context: Context): Server {
  const server = new Server({
    'grpc.max_receive_message_length': GRPC_MESSAGE_BYTES_MAX,
    'grpc.max_send_message_length': -1,
  });
  const { Publisher, Subscriber, SchemaService } = loadServices();
  server.addService(Publisher, bindHandlers(publisherHandlers, context));
  server.addService(Subscriber, {
    ...bindHandlers({ ...subscriberHandlers, ...pullHandlers }, context),
    StreamingPull: (call: StreamingPullCall) => streamingPull(context, call),
  });
  // grpc-js answers UNIMPLEMENTED for every method without a handler: all of the schema service, and snapshots.
  server.addService(SchemaService, {});
  return server;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

function oneAfterTheOther(): Context['inTurn'] {
  let last: Promise<unknown> = Promise.resolve();
  return (change) => {
    const result = last.then(change);
    last = result.catch(() => {});
    return result;
  };
}
