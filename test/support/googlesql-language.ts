/**
 * The dialect that the reference implementation judges by: BigQuery's, not the largest that GoogleSQL has. An allow
 * list, because a feature that BigQuery lacks must make a statement fail here too.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax
 */
const ENABLED_FEATURES = [
  'FEATURE_ANALYTIC_FUNCTIONS',
  'FEATURE_TABLESAMPLE',
  'FEATURE_DISALLOW_GROUP_BY_FLOAT',
  'FEATURE_DML_UPDATE_WITH_JOIN',
  'FEATURE_GROUP_BY_ROLLUP',
  'FEATURE_NUMERIC_TYPE',
  'FEATURE_BIGNUMERIC_TYPE',
  'FEATURE_PARAMETERIZED_TYPES',
  'FEATURE_JSON_TYPE',
  'FEATURE_JSON_ARRAY_FUNCTIONS',
  'FEATURE_JSON_VALUE_EXTRACTION_FUNCTIONS',
  'FEATURE_JSON_LAX_VALUE_EXTRACTION_FUNCTIONS',
  'FEATURE_JSON_CONSTRUCTOR_FUNCTIONS',
  'FEATURE_JSON_MUTATOR_FUNCTIONS',
  'FEATURE_INTERVAL_TYPE',
  'FEATURE_NAMED_ARGUMENTS',
  'FEATURE_V_1_1_WITH_ON_SUBQUERY',
  'FEATURE_V_1_1_SELECT_STAR_EXCEPT_REPLACE',
  'FEATURE_V_1_1_ORDER_BY_IN_AGGREGATE',
  'FEATURE_V_1_1_CAST_DIFFERENT_ARRAY_TYPES',
  'FEATURE_V_1_1_LIMIT_IN_AGGREGATE',
  'FEATURE_V_1_1_HAVING_IN_AGGREGATE',
  'FEATURE_V_1_1_NULL_HANDLING_MODIFIER_IN_ANALYTIC',
  'FEATURE_V_1_1_NULL_HANDLING_MODIFIER_IN_AGGREGATE',
  'FEATURE_V_1_1_FOR_SYSTEM_TIME_AS_OF',
  'FEATURE_V_1_2_CIVIL_TIME',
  'FEATURE_V_1_2_SAFE_FUNCTION_CALL',
  'FEATURE_V_1_2_GROUP_BY_STRUCT',
  'FEATURE_V_1_2_WEEK_WITH_WEEKDAY',
  'FEATURE_V_1_3_OMIT_INSERT_COLUMN_LIST',
  'FEATURE_V_1_3_NULLS_FIRST_LAST_IN_ORDER_BY',
  'FEATURE_V_1_3_ALLOW_DASHES_IN_TABLE_NAME',
  'FEATURE_V_1_3_CONCAT_MIXED_TYPES',
  'FEATURE_V_1_3_WITH_RECURSIVE',
  'FEATURE_V_1_3_DECIMAL_ALIAS',
  'FEATURE_V_1_3_ALLOW_REGEXP_EXTRACT_OPTIONALS',
  'FEATURE_V_1_3_DATE_TIME_CONSTRUCTORS',
  'FEATURE_V_1_3_DATE_ARITHMETICS',
  'FEATURE_V_1_3_ADDITIONAL_STRING_FUNCTIONS',
  'FEATURE_V_1_3_EXTENDED_DATE_TIME_SIGNATURES',
  'FEATURE_V_1_3_PIVOT',
  'FEATURE_V_1_3_UNPIVOT',
  'FEATURE_V_1_3_IS_DISTINCT',
  'FEATURE_V_1_3_FORMAT_IN_CAST',
  'FEATURE_V_1_3_QUALIFY',
];

/** Everything else, MERGE and DDL included, is not what `functions/sql` may emit. */
const STATEMENT_KINDS = ['RESOLVED_QUERY_STMT', 'RESOLVED_DELETE_STMT', 'RESOLVED_UPDATE_STMT'];

export const LANGUAGE_OPTIONS = {
  productMode: 'PRODUCT_EXTERNAL',
  nameResolutionMode: 'NAME_RESOLUTION_DEFAULT',
  errorOnDeprecatedSyntax: true,
  enabledLanguageFeatures: ENABLED_FEATURES,
  supportedStatementKinds: STATEMENT_KINDS,
};

/**
 * BigQuery gives a table whose name stands in one pair of backticks the alias of its last part; the reference
 * implementation takes such a name as one identifier. Without the alias it would not see that a table can hide a
 * column of its own name.
 */
export function withImplicitAlias(sql: string): string {
  return sql.replace(
    /\b(FROM|UPDATE)\s+`([^`]+)`(?!\s+AS\b)/g,
    (whole, _keyword: string, name: string) => `${whole} AS \`${name.split('.').at(-1)}\``,
  );
}

/**
 * DML inside of DML, `SET (DELETE array_column …)`: GoogleSQL has it without any feature switch, BigQuery does not.
 * Looks for it in the resolved statement.
 */
export function hasNestedDml(resolved: unknown): boolean {
  if (Array.isArray(resolved)) return resolved.some(hasNestedDml);
  if (typeof resolved !== 'object' || resolved === null) return false;
  return Object.entries(resolved).some(([key, value]) => {
    const isList = /^(?:delete|update|insert)List$/.test(key) && Array.isArray(value) && value.length > 0;
    return isList || hasNestedDml(value);
  });
}
