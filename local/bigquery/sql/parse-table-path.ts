import type { Identifier } from './ast.ts';
import type { TokenCursor } from './token-cursor.ts';

/** `` `p.d.t` ``, `` p.d.`t` ``, `my-project.d.t`: the parts, with what one pair of backticks holds still in one. */
export function parseTablePath(cursor: TokenCursor): Identifier[] {
  const path = [withDashes(cursor, cursor.identifier())];
  while (cursor.take('.')) path.push(withDashes(cursor, cursor.identifierAfterDot()));
  return path;
}

/** Dashes stand in names of projects and tables without backticks, where nothing is between them and the words. */
function withDashes(cursor: TokenCursor, first: Identifier): Identifier {
  let { name } = first;
  while (cursor.is('-') && cursor.isAdjacent() && cursor.isAdjacent(1)) {
    const word = cursor.peek(1);
    if (word.kind !== 'name' && word.kind !== 'integer') break;
    cursor.next();
    name += `-${cursor.next().text}`;
  }
  return { name, at: first.at };
}

/** The parts that dots make, in backticks or not. */
export function splitPath(path: readonly Identifier[]): string[] {
  return path.flatMap(({ name }) => name.split('.'));
}
