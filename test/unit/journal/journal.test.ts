import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../../local/pubsub/journal.ts';

test('a commit right after the one before it has resolved is written too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-journal-'));
  const applied: number[] = [];
  const journal = await Journal.open<number>({
    path: join(folder, 'journal.ndjson'),
    apply: (record) => applied.push(record),
    snapshot: () => applied,
  });

  for (let record = 1; record <= 50; record += 1) await journal.commit(record);

  expect(applied).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  await journal.close();
  await rm(folder, { recursive: true });
});
