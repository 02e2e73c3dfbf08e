import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** The port if it is free, else `undefined`. */
async function ifFree(port: number, host: string | undefined): Promise<number | undefined> {
  const server = createServer();
  const found = await new Promise<number | undefined>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(port, host, () => resolve((server.address() as { port: number }).port));
  });
  if (found !== undefined) await new Promise((resolve) => server.close(resolve));
  return found;
}

/**
 * Below the ports that systems give to outgoing connections: between choosing a port and listening on it a process starts, and
 * none of the many connections of the others may get it meanwhile.
 */
const CHOSEN_FIRST = 10_000;
const CHOSEN_COUNT = 10_000;

async function choosePort(): Promise<number> {
  for (;;) {
    const port = await ifFree(CHOSEN_FIRST + randomInt(CHOSEN_COUNT), undefined);
    if (port !== undefined) return port;
  }
}

/** @throws Error that says what to do when the port is taken; 0: any one is chosen */
export async function requirePort(port: number): Promise<number> {
  if (port === 0) return choosePort();
  const free = await ifFree(port, undefined);
  if (free === undefined)
    throw new Error(`Port ${port} is taken. Set another one: PORT=${port + 10} npm start`);
  return free;
}

/** The port, or when it is 0 or something listens there already, another one. */
export async function preferPort(port: number): Promise<number> {
  return (port === 0 ? undefined : await ifFree(port, undefined)) ?? choosePort();
}
