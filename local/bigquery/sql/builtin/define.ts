import { parseSignature, type Signature } from '../signatures.ts';

export interface Overload {
  signature: Signature;
  /** DuckDB's SQL, with `$1` and so on for the arguments and `$*` and `$|` for all of them. */
  template: string;
}

/** A row: the name, then signatures and templates in turn. */
export type Row = [name: string, ...signaturesAndTemplates: string[]];

export function define(rows: readonly Row[]): Map<string, Overload[]> {
  return new Map(
    rows.map(([name, ...rest]) => {
      const overloads: Overload[] = [];
      for (let index = 0; index < rest.length; index += 2)
        overloads.push({ signature: parseSignature(rest[index] ?? ''), template: rest[index + 1] ?? '' });
      return [name, overloads];
    }),
  );
}

/** Puts the arguments into a template. */
export function fill(template: string, args: readonly string[]): string {
  return template.replace(/\$(\d+|\*|\|)/g, (_, index: string) => {
    if (index === '*') return args.join(', ');
    if (index === '|') return `(${args.join(' || ')})`;
    const arg = args[Number(index) - 1];
    if (arg === undefined)
      throw new Error(`a template names an argument that its signature lacks: ${template}`);
    return arg;
  });
}
