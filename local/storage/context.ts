import type { Clock } from '../clock.ts';
import type { ContentStore } from './content-store.ts';
import type { Change } from './records.ts';
import type { SigningAccount } from './signing-account.ts';
import type { State } from './state.ts';
import type { Turns } from './turns.ts';

/** What every operation works on. */
export interface Context {
  state: State;
  /** Resolves once the changes, all of them or none, are durable and part of `state`. */
  commit(...changes: Change[]): Promise<void>;
  content: ContentStore;
  turns: Turns;
  now: Clock;
  /** Where this service listens, for the links in resources. */
  address(): string;
  signer(): Promise<SigningAccount>;
  /** Throws 429 when the object is written too often; does nothing when no rate was set. */
  checkRate(resource: string): void;
}
