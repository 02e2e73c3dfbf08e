/** https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2: numbers are text. */
import type { Bill } from '../billing.ts';
import type { JobStatistics } from './job.ts';

type QueryStatistics = NonNullable<JobStatistics['query']>;

export function billStatistics({ bytesProcessed, bytesBilled, partitions }: Bill): QueryStatistics {
  return {
    totalBytesProcessed: String(bytesProcessed),
    totalBytesBilled: String(bytesBilled),
    totalPartitionsProcessed: String(partitions),
    billingTier: 1,
  };
}

const COUNTED: Record<string, string> = {
  INSERT: 'insertedRowCount',
  UPDATE: 'updatedRowCount',
  DELETE: 'deletedRowCount',
  TRUNCATE_TABLE: 'deletedRowCount',
};

export function dmlStatistics(statementType: string, rows: number): QueryStatistics {
  const counts = { insertedRowCount: '0', deletedRowCount: '0', updatedRowCount: '0' };
  return {
    numDmlAffectedRows: String(rows),
    dmlStats: { ...counts, [COUNTED[statementType] ?? 'insertedRowCount']: String(rows) },
  };
}
