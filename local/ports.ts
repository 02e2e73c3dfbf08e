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

/** @throws Error that says what to do when the port is taken; 0 lets the system choose */
export async function requirePort(port: number): Promise<number> {
  const free = await ifFree(port, undefined);
  if (free === undefined)
    throw new Error(`Port ${port} is taken. Set another one: PORT=${port + 10} npm start`);
  return free;
}

/** The port, or when something listens there already, one that the system chooses. */
export async function preferPort(port: number): Promise<number> {
  return (await ifFree(port, undefined)) ?? (await ifFree(0, undefined)) ?? 0;
}
