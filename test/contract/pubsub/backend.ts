/** What the contract runs against: our stand-in, or Google's own emulator. */
import type { ClientConfig } from '@google-cloud/pubsub';

export interface RunningBackend {
  /** For `new PubSub(…)` and the generated clients. */
  clientOptions: ClientConfig;
  /** The backend's own time, in milliseconds. */
  now(): number;
  /**
   * Lets time pass where it can be moved. The emulator lives by wall time: there this returns at once, and the
   * test goes on to await the event itself.
   */
  pass(milliseconds: number): void;
  /** Where it can be known: nothing more happens until time passes. */
  idle?(): Promise<void>;
  stop(): Promise<void>;
}

export interface Backend {
  name: 'the stand-in' | "Google's emulator";
  start(): Promise<RunningBackend>;
}

/** Why a case does not hold for one of the two. */
export type Exception = { [name in Backend['name']]?: string };

export const PROJECT = 'demo';

export function clientOptionsFor(address: string): ClientConfig {
  return { projectId: PROJECT, apiEndpoint: address, emulatorMode: true };
}

/** Registers a case, or shows it as skipped with the reason. */
export function caseFor(backend: Backend) {
  return (name: string, run: () => Promise<void>, except: Exception = {}): void => {
    const reason = except[backend.name];
    if (reason === undefined) test(name, run);
    else test.skip(`${name} (not on ${backend.name}: ${reason})`, run);
  };
}
