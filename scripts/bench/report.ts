/** What `npm run bench` says: a table for people, and JSON for whoever compares runs. */
import { writeFile } from 'node:fs/promises';

export interface Figure {
  /** Begins with the word that the goals use: `statements`, `wall`, … */
  name: string;
  value: number;
  unit: string;
  /** What the figure is compared with, in words. */
  beside?: string;
  /** At most this. */
  goal?: number;
}

export function printTable(figures: readonly Figure[]): void {
  console.table(
    figures.map(({ name, value, unit, beside = '', goal }) => ({
      figure: name,
      value: Number(value.toPrecision(4)),
      unit,
      beside,
      goal: goal === undefined ? '' : `≤ ${goal}`,
      met: isMet(value, goal) ?? '',
    })),
  );
}

export async function writeJson(path: string, figures: readonly Figure[]): Promise<void> {
  const entries = figures.map(({ name, value, unit, goal }) => ({
    name,
    value,
    unit,
    goal: goal ?? null,
    met: isMet(value, goal) ?? null,
  }));
  await writeFile(path, `${JSON.stringify(entries, null, 2)}\n`);
}

function isMet(value: number, goal: number | undefined): boolean | undefined {
  return goal === undefined ? undefined : value <= goal;
}
