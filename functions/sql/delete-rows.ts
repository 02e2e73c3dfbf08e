import { type Chunk, chunkTarget } from '../domain/located.ts';
import { type PlannedTable, tableLabel } from '../domain/planned-table.ts';
import type { Subject } from '../domain/subject.ts';
import { matchSubjects } from './match.ts';
import { everyPartition, partitionFilter } from './partitions.ts';
import { aliased, type Statement } from './statement.ts';

/** Deletes exactly the rows that `locate` counts in this chunk. */
export function deleteRows(table: PlannedTable, chunk: Chunk, subjects: readonly Subject[]): Statement {
  const match = matchSubjects(table, subjects, chunk.identifiers);
  if (match === undefined) throw new Error(`no subject can be in ${tableLabel(table.name)}`);
  const conditions = [match.predicate];
  if (table.partitioning !== undefined) {
    if (chunk.partitions !== undefined)
      conditions.push(partitionFilter(table.partitioning, chunk.partitions));
    // A date shard that is partitioned itself.
    else if (table.requirePartitionFilter) conditions.push(everyPartition(table.partitioning));
  }
  const query = `DELETE FROM ${aliased(chunkTarget(table, chunk))}\nWHERE ${conditions.join('\n  AND ')}`;
  return { query, params: match.params, types: match.types };
}
