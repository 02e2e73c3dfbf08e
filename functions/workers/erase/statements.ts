import type { Work } from '../../domain/batch.ts';
import { editGroups, groupByRequest } from '../../domain/edits.ts';
import type { Chunk } from '../../domain/located.ts';
import type { PlannedTable } from '../../domain/planned-table.ts';
import type { RequestDocument } from '../../domain/request.ts';
import { deleteRows } from '../../sql/delete-rows.ts';
import { editRows, locateEdits } from '../../sql/edits.ts';
import { locate } from '../../sql/locate.ts';
import type { Statement } from '../../sql/statement.ts';

/** The two statements of a batch's work. */
export interface Statements {
  /** `undefined`: there is nothing to ask. */
  locate(table: PlannedTable): Statement | undefined;
  change(table: PlannedTable, chunk: Chunk): Statement;
  /** Of edits, by request: the position of its group. */
  groups?: number[];
}

function deleting(requests: readonly RequestDocument[]): Statements {
  const subjects = requests.flatMap((request) => request.subjects);
  return {
    locate: (table) => locate(table, subjects),
    change: (table, chunk) => deleteRows(table, chunk, subjects),
  };
}

function editing(requests: readonly RequestDocument[]): Statements {
  const groups = editGroups(requests);
  return {
    locate: (table) => locateEdits(table, groups),
    change: (table, chunk) => editRows(table, chunk, groups),
    groups: groupByRequest(groups),
  };
}

/** An export changes nothing; of its preview this locates the rows. */
function reading(requests: readonly RequestDocument[]): Statements {
  const change = () => {
    throw new Error('an export changes nothing');
  };
  return { ...deleting(requests), change };
}

export function statementsOf(work: Work, requests: readonly RequestDocument[]): Statements {
  switch (work) {
    case 'edit':
      return editing(requests);
    case 'delete':
      return deleting(requests);
    case 'export':
      return reading(requests);
  }
}
