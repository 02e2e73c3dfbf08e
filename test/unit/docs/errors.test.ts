/** docs/errors.md and the catalogue say the same: every code, with its status, its title and what repeating helps. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../../functions/domain/errors.ts';

const DOCUMENT = join(__dirname, '../../../docs/errors.md');

/** Rows of the table whose first column is `code`. */
function documented(): string[][] {
  const lines = readFileSync(DOCUMENT, 'utf8').split('\n');
  const header = lines.findIndex((line) => /^\| *code *\|/.test(line));
  const rows = lines.slice(header + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('every code of the catalogue is in the document once, and no other, in the same order', () => {
  expect(documented().map(([code]) => code)).toEqual(Object.keys(ERRORS).map((code) => `\`${code}\``));
});

test('status, title and retry are those of the catalogue', () => {
  expect(documented().map(([, status, title, retry]) => ({ status, title, retry }))).toEqual(
    Object.values(ERRORS).map(({ status, title, retry }) => ({ status: String(status), title, retry })),
  );
});

test('every code says what it means and what to do', () => {
  for (const cells of documented()) {
    expect(cells).toHaveLength(6);
    expect(cells).not.toContain('');
  }
});
