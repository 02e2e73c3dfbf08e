import { type Chunk, chunkTarget } from '../domain/located.ts';
import { type PlannedTable, tableLabel } from '../domain/planned-table.ts';
import type { Subject } from '../domain/subject.ts';
import { matchSubjects } from './match.ts';
import { partitionFilter } from './partitions.ts';
import { aliased, type Statement } from './statement.ts';

/** Deletes exactly the rows that `locate` counts in this chunk. */
export function deleteRows(table: PlannedTable, chunk: Chunk, subjects: readonly Subject[]): Statement {
  const match = matchSubjects(table, subjects);
  if (match === undefined) throw new Error(`no subject can be in ${tableLabel(table.name)}`);
  const conditions = [match.predicate];
  if (chunk.partitions !== undefined && table.partitioning !== undefined) {
    conditions.push(partitionFilter(table.partitioning, chunk.partitions));
  }
  const query = `DELETE FROM ${aliased(chunkTarget(table, chunk))}\nWHERE ${conditions.join('\n  AND ')}`;
  return { query, params: match.params, types: match.types };
}
