import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Faults } from '../../../local/faults.ts';
import { type PubSubOptions, type PubSubService, startPubSub } from '../../../local/pubsub/service.ts';
import { type Backend, clientOptionsFor, type RunningBackend } from './backend.ts';

export interface RunningStandIn extends RunningBackend {
  service: PubSubService;
  faults: Faults;
  folder: string;
  /** Ends the service and starts another on the same folder. */
  restart(): Promise<void>;
}

const START_OF_TIME = Date.parse('2026-11-24T08:00:00Z');

/** A stand-in in a folder of its own, whose time moves only by `pass`. */
export async function startStandIn(options: Partial<PubSubOptions> = {}): Promise<RunningStandIn> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'lethe-pubsub-')));
  const faults = new Faults();
  let time = START_OF_TIME;
  const start = () => startPubSub({ folder, now: () => time, faults, ...options });
  const service = await start();
  const running: RunningStandIn = {
    service,
    faults,
    folder,
    clientOptions: clientOptionsFor(service.address),
    now: () => time,
    pass: (milliseconds) => {
      time += milliseconds;
      running.service.wake();
    },
    idle: () => running.service.idle(),
    restart: async () => {
      await running.service.close();
      running.service = await start();
      running.clientOptions = clientOptionsFor(running.service.address);
    },
    stop: async () => {
      await running.service.close();
      await rm(folder, { recursive: true });
    },
  };
  return running;
}

export const standIn: Backend = { name: 'the stand-in', start: () => startStandIn() };
