/** GoogleSQL to DuckDB's SQL. See `contract.ts` for what comes in and goes out. */
import type { Statement } from './ast.ts';
import type { Translate, TranslatedStatement } from './contract.ts';
import { createTable, createView, drop } from './ddl.ts';
import { deleteStatement, type StatementParts, truncateStatement, updateStatement } from './dml.ts';
import { insertStatement } from './insert.ts';
import { parseStatement } from './parse-statement.ts';
import { settlePruning } from './pruning.ts';
import { query } from './query.ts';
import { resultFields, topLevel } from './result.ts';
import { newTranslation, type Translation } from './translation.ts';

/**
 * One statement.
 * @throws SqlError where BigQuery would answer with an error before it runs the statement
 * @throws UnsupportedSql where the statement may be fine and the stand-in lacks something for it
 */
export const translate: Translate = (sql, options): TranslatedStatement => {
  const { statement } = parseStatement(sql);
  const translation = newTranslation(options);
  const parts = translateParsed(statement, translation);
  return { ...parts, binds: translation.binds, referenced: settlePruning(translation.reads) };
};

function translateParsed(statement: Statement, translation: Translation): StatementParts {
  switch (statement.kind) {
    case 'query': {
      const result = topLevel(
        query(statement.query, { translation, ranges: [], merged: [], ctes: new Map() }),
      );
      return { statementType: 'SELECT', sql: result.sql, fields: resultFields(result) };
    }
    case 'delete':
      return deleteStatement(statement, translation);
    case 'update':
      return updateStatement(statement, translation);
    case 'insert':
      return insertStatement(statement, translation);
    case 'truncate':
      return truncateStatement(statement, translation);
    case 'create-table':
      return createTable(statement, translation);
    case 'create-view':
      return createView(statement, translation);
    case 'drop':
      return drop(statement, translation);
  }
}
