import { randomBytes } from 'node:crypto';
import type { Config } from './config.ts';
import { createFileStore } from './google/file-store.ts';
import { createKmsSigner } from './google/kms-signer.ts';
import { createObjectStore } from './google/object-store.ts';
import { createPublisher } from './google/publisher.ts';
import { createWarehouse } from './google/warehouse.ts';
import type { Clock, FileStore, ObjectStore, Publisher, Signer, Warehouse } from './ports.ts';
import { createFileSigner } from './signing/file-signer.ts';

/** The outside world, as the use cases are given it. */
export interface Services {
  config: Config;
  store: ObjectStore;
  receipts: ObjectStore;
  exports: FileStore;
  warehouse: Warehouse;
  publisher: Publisher;
  signer: Signer;
  clock: Clock;
  random: (bytes: number) => Uint8Array;
}

/** Opens nothing: each client is imported and connected when it is first used. */
export function connect(config: Config): Services {
  return {
    config,
    store: createObjectStore(config.project, config.stateBucket),
    receipts: createObjectStore(config.project, config.receiptsBucket),
    exports: createFileStore(config.project, config.exports),
    warehouse: createWarehouse(config.project),
    publisher: createPublisher(config.project),
    signer: createSigner(config.signingKey),
    clock: Date.now,
    random: randomBytes,
  };
}

function createSigner(key: string): Signer {
  return key.startsWith('projects/') ? createKmsSigner(key) : createFileSigner(key);
}
