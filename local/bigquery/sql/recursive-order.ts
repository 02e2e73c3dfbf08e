/** Which entries of WITH RECURSIVE need which: there an entry may name those that come after it. */
import type { Query } from './ast.ts';
import { lower } from './scope.ts';
import { invalid } from './value.ts';

type Entry = Query['with'][number];

/** How often the FROM clauses in it name the table. */
export function mentions(node: unknown, name: string): number {
  if (Array.isArray(node)) return node.reduce((sum: number, one) => sum + mentions(one, name), 0);
  if (typeof node !== 'object' || node === null) return 0;
  if ('kind' in node && node.kind === 'table' && 'path' in node && Array.isArray(node.path)) {
    const [first, ...rest] = node.path as { name: string }[];
    return rest.length === 0 && lower(first?.name ?? '') === lower(name) ? 1 : 0;
  }
  return mentions(Object.values(node), name);
}

/** The entries in such an order that each comes behind those that it names. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  const ordered: Entry[] = [];
  const open: Entry[] = [];
  const visit = (entry: Entry): void => {
    if (ordered.includes(entry)) return;
    if (open.includes(entry)) {
      const names = [...open.slice(open.indexOf(entry)), entry].map(({ name }) => name.name);
      throw invalid(`Unsupported WITH entry dependency cycle: ${names.join(' => ')}`, entry.name.at);
    }
    open.push(entry);
    for (const other of entries)
      if (other !== entry && mentions(entry.query, other.name.name) > 0) visit(other);
    open.pop();
    ordered.push(entry);
  };
  entries.forEach(visit);
  return ordered;
}
