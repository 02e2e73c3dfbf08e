/**
 * Fault injection for the stand-ins: fail, delay, duplicate, drop or kill, by operation and count.
 *
 * Nothing is injected unless a rule was added, and rules can be added only through a `Faults` object that
 * whoever started the stand-ins holds (a test, or `npm start` with LETHE_FAULTS=1).
 */

/** When the fault strikes: before the operation has any effect, or after it took effect but before its answer. */
type Moment = 'before' | 'after';

export type FaultAction =
  | { kind: 'fail'; status: number; reason: string; message: string }
  | { kind: 'delay'; milliseconds: number }
  | { kind: 'duplicate' }
  | { kind: 'drop'; when: Moment }
  | { kind: 'die'; process: string; when: Moment };

export interface FaultRule {
  /** `storage.objects.insert`, `bigquery.jobs.insert`, `pubsub.publish`, `pubsub.push`, …; `*` for any. */
  operation: string;
  /** Only calls whose resource (object name, job id, table, topic, subscription) contains this text. */
  resource?: string;
  /** How many matching calls pass unharmed first. Default 0. */
  skip?: number;
  /** How many calls are struck after that. Default 1. */
  times?: number;
  action: FaultAction;
}

/** Thrown by `fail`: the stand-in renders it as the real service would render that error. */
export class InjectedFailure extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Thrown by `drop` and `die`: the stand-in closes the connection without an answer. */
export class DroppedConnection extends Error {}

export interface RecordedCall {
  operation: string;
  resource: string;
}

export class Faults {
  /** Every call since the last `clear`, in order: what a test enumerates to strike each one in turn. */
  readonly calls: RecordedCall[] = [];
  readonly #rules: { rule: FaultRule; seen: number }[] = [];
  readonly #kill: (process: string) => void;
  #recording = false;

  /** @param kill ends the named process at once (SIGKILL); needed for `die`. */
  constructor(kill: (process: string) => void = () => {}) {
    this.#kill = kill;
  }

  add(rule: FaultRule): void {
    this.#rules.push({ rule, seen: 0 });
  }

  clear(): void {
    this.#rules.length = 0;
    this.calls.length = 0;
    this.#recording = false;
  }

  record(): void {
    this.calls.length = 0;
    this.#recording = true;
  }

  /** Runs one operation of a stand-in, struck by the first rule that applies to this call. */
  async around<T>(operation: string, resource: string, run: () => Promise<T>): Promise<T> {
    if (this.#recording) this.calls.push({ operation, resource });
    const action = this.#strike(operation, resource);
    if (action === undefined) return run();
    switch (action.kind) {
      case 'fail':
        throw new InjectedFailure(action.status, action.reason, action.message);
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, action.milliseconds));
        return run();
      case 'duplicate':
        await run();
        return run();
      case 'drop':
        if (action.when === 'after') await run();
        throw new DroppedConnection();
      case 'die':
        if (action.when === 'after') await run();
        this.#kill(action.process);
        throw new DroppedConnection();
    }
  }

  #strike(operation: string, resource: string): FaultAction | undefined {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (rule.operation !== '*' && rule.operation !== operation) continue;
      if (rule.resource !== undefined && !resource.includes(rule.resource)) continue;
      entry.seen += 1;
      const skip = rule.skip ?? 0;
      if (entry.seen > skip && entry.seen <= skip + (rule.times ?? 1)) return rule.action;
    }
    return undefined;
  }
}
