import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Logs {
  folder: string;
  write: (target: string, text: string) => void;
}

/** What each function prints, in `$LETHE_HOME/logs/{function}.log`. */
export async function openLogs(home: string): Promise<Logs> {
  const folder = join(home, 'logs');
  await mkdir(folder, { recursive: true });
  const streams = new Map<string, WriteStream>();
  return {
    folder,
    write: (target, text) => {
      let stream = streams.get(target);
      if (stream === undefined) {
        stream = createWriteStream(join(folder, `${target}.log`), { flags: 'a' });
        streams.set(target, stream);
      }
      stream.write(text);
    },
  };
}
