/** One deployed function as a process of its own, started by functions-framework as in the cloud, restarted when it dies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface FunctionOptions {
  target: string;
  /** Folder of the bundle. */
  source: string;
  port: number;
  env: Record<string, string>;
  /** Gets everything that the function prints. */
  print: (text: string) => void;
  /** Whether tests may move the function's clock. */
  hasMovableClock: boolean;
}

const RESTART_MILLISECONDS = 100;
const PRELOAD = fileURLToPath(new URL('./child-preload.mjs', import.meta.url));

export class FunctionProcess {
  readonly #options: FunctionOptions;
  #child: ChildProcess | undefined;
  #isStopped = false;
  #clockOffset = 0;

  constructor(options: FunctionOptions) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  /** Resolves when the function answers. */
  async start(): Promise<void> {
    this.#isStopped = false;
    const child = this.#spawn();
    this.#child = child;
    child.once('exit', () => {
      if (this.#isStopped || this.#child !== child) return;
      setTimeout(() => {
        if (!this.#isStopped) this.start().catch((error: Error) => this.#options.print(`${error.message}\n`));
      }, RESTART_MILLISECONDS);
    });
    await this.#answers(child);
    await this.#sendClock();
  }

  /** Moves the function's clock to `offset` milliseconds from the real one. */
  async setClockOffset(offset: number): Promise<void> {
    this.#clockOffset = offset;
    await this.#sendClock();
  }

  /** Ends it at once and for good, as kill -9 does; `start` begins anew. */
  async kill(): Promise<void> {
    this.#isStopped = true;
    await ended(this.#child, 'SIGKILL');
  }

  /** Ends it at once; it comes back by itself, as a crashed instance does. */
  crash(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Resolves when it answers, after a crash when its successor does. */
  async ready(): Promise<void> {
    while (!this.#isStopped && !(await this.#isAnswering())) await pause();
  }

  #spawn(): ChildProcess {
    const { target, source, port, env, print, hasMovableClock } = this.#options;
    // What the image starts as `functions-framework`.
    const framework = createRequire(import.meta.url).resolve('@google-cloud/functions-framework');
    const bin = join(dirname(framework), 'main.js');
    const child = spawn(
      process.execPath,
      ['--import', PRELOAD, bin, `--target=${target}`, `--source=${source}`, `--port=${port}`],
      {
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: process.env['HOME'] ?? '',
          NODE_ENV: 'production',
          FUNCTION_TARGET: target,
          ...(hasMovableClock && { LETHE_LOCAL_CLOCK: '1' }),
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    child.stdout?.setEncoding('utf8').on('data', print);
    child.stderr?.setEncoding('utf8').on('data', print);
    // Without a listener an error of the channel to a dying process would end this one.
    child.on('error', (error) => print(`${target}: ${error.message}\n`));
    return child;
  }

  async #answers(child: ChildProcess): Promise<void> {
    while (child.exitCode === null && child.signalCode === null) {
      if (await this.#isAnswering()) return;
      await pause();
    }
    throw new Error(`function ${this.#options.target} ended before it answered`);
  }

  async #isAnswering(): Promise<boolean> {
    try {
      await (await fetch(`${this.url}/healthz`)).arrayBuffer();
      return true;
    } catch {
      // Not listening yet: the only thing that a refused connection says.
      return false;
    }
  }

  async #sendClock(): Promise<void> {
    const child = this.#child;
    if (!this.#options.hasMovableClock || child?.connected !== true) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        child.off('message', end).off('exit', end);
        resolve();
      };
      child.on('message', end).on('exit', end);
      child.send({ clockOffset: this.#clockOffset });
    });
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
