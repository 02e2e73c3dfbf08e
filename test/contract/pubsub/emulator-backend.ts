/** Google's emulator, where the Cloud SDK has it: https://cloud.google.com/pubsub/docs/emulator */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Backend, clientOptionsFor, PROJECT } from './backend.ts';

/** @returns the backend, or why there is none. The jar is started without gcloud, which would outlive a kill. */
export function findEmulator(): Backend | string {
  const gcloud = spawnSync('gcloud', ['info', '--format=value(installation.sdk_root)'], { encoding: 'utf8' });
  if (gcloud.status !== 0) return 'the Google Cloud SDK is not installed';
  const folder = join(gcloud.stdout.trim(), 'platform', 'pubsub-emulator', 'lib');
  const jar = existsSync(folder) && readdirSync(folder).find((file) => file.endsWith('-all.jar'));
  if (!jar) return "the SDK's component pubsub-emulator is not installed";
  if (spawnSync('java', ['-version']).status !== 0) return 'java is not installed';
  return { name: "Google's emulator", start: () => startEmulator(join(folder, jar)) };
}

async function startEmulator(jar: string) {
  const port = await freePort();
  const args = ['-jar', jar, '--host=127.0.0.1', `--port=${port}`];
  // Its own process group, so that nothing that it starts stays behind.
  const emulator = spawn('java', args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PUBSUB_PROJECT_ID: PROJECT },
  });
  const kill = () => killGroup(emulator);
  process.once('exit', kill);
  await started(emulator);
  return {
    clientOptions: clientOptionsFor(`127.0.0.1:${port}`),
    now: () => Date.now(),
    pass: () => {},
    stop: async () => {
      process.off('exit', kill);
      const exited = new Promise((resolve) => emulator.once('exit', resolve));
      kill();
      await exited;
    },
  };
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
}

function started(emulator: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    emulator.once('error', reject);
    emulator.once('exit', (code) => reject(new Error(`The emulator ended with ${code}.`)));
    for (const stream of [emulator.stdout, emulator.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on('line', (line) => {
        if (line.includes('Server started')) resolve();
      });
    }
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
