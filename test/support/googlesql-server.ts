/** Google's GoogleSQL server, as a process of this machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

function packageFolder(): string | undefined {
  try {
    return join(dirname(require.resolve('@fivetrandevelopers/zetasql')), 'zetasql');
  } catch {
    return undefined;
  }
}

function binaryName(): string | undefined {
  const suffix = { linux: '.so', darwin: '' }[process.platform as string];
  const infix = { x64: '', arm64: '_arm' }[process.arch as string];
  return suffix === undefined || infix === undefined ? undefined : `remote_server${infix}${suffix}`;
}

export type Availability = { binary: string; protos: string } | { missing: string };

/** Decided before any test is declared, so that they can be declared as skipped. */
export function findReferenceImplementation(): Availability {
  const name = binaryName();
  const folder = packageFolder();
  const machine = `${process.platform}-${process.arch}`;
  if (name === undefined) return { missing: `it has no binary for ${machine}` };
  if (folder === undefined) return { missing: '@fivetrandevelopers/zetasql is not installed' };
  const binary = join(folder, name);
  if (!existsSync(binary)) return { missing: `@fivetrandevelopers/zetasql came without ${name}` };
  // Without arguments it aborts at once, with a message of its own. One that cannot be loaded (another libc) says
  // nothing, or ends as the loader does.
  const { error, status } = spawnSync(binary, [], { stdio: 'ignore', timeout: 10_000 });
  if (error !== undefined || status === 127) {
    return { missing: `${name} does not run on ${machine}${error ? `: ${error.message}` : ''}` };
  }
  return { binary, protos: join(folder, 'protos') };
}

export interface RunningServer {
  port: number;
  stop(): Promise<void>;
}

/**
 * A shell stands between, because it sees its input end when this process ends, however that happens (`kill -9`, too),
 * and then kills the server: no orphan is left of any test run.
 */
const GUARD = '"$0" 127.0.0.1 "$1" & server=$!; read -r _; kill -9 $server';

export async function startServer(binary: string): Promise<RunningServer> {
  const port = await freePort();
  const guard = spawn('sh', ['-c', GUARD, binary, String(port)], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  return {
    port,
    async stop() {
      const end = ended(guard);
      guard.stdin?.end();
      await end;
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
