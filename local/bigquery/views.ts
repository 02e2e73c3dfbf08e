/** A view is its query: the translator puts it in place, here it only gets its columns. */
import type { Field, TableReference } from './catalog.ts';
import type { Context } from './context.ts';
import { invalid } from './errors.ts';
import { translateStatement } from './statements.ts';

/** @throws what the translator throws when it does not understand the query */
export async function viewFields(context: Context, view: TableReference, query: string): Promise<Field[]> {
  const { statementType, fields } = await translateStatement(context, {
    text: query,
    parameters: [],
    project: view.project,
  });
  if (statementType !== 'SELECT') throw invalid('A view must be a SELECT.');
  return fields;
}
