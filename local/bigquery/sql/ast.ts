/**
 * GoogleSQL as a tree: a closed set of nodes. What is not here cannot be said, so nothing can be dropped on the way.
 */
import type { Position } from './lexer.ts';

export interface Identifier {
  name: string;
  at: Position;
}

export type TypeNode =
  | { kind: 'scalar'; name: string; at: Position }
  | { kind: 'array'; element: TypeNode; at: Position }
  | { kind: 'struct'; fields: { name?: string; type: TypeNode }[]; at: Position };

export type SubscriptMode = 'plain' | 'OFFSET' | 'SAFE_OFFSET' | 'ORDINAL' | 'SAFE_ORDINAL';

export type Expression =
  | { node: 'string' | 'bytes' | 'integer' | 'float'; value: string; at: Position }
  | { node: 'boolean'; value: boolean; at: Position }
  | { node: 'null'; at: Position }
  /** `DATE '2026-01-01'`, `NUMERIC '1.5'`, `JSON '{}'` */
  | { node: 'typed'; type: string; value: string; at: Position }
  /** Named, or `index` from 0 of a `?`. */
  | { node: 'parameter'; name?: string; index: number; at: Position }
  | { node: 'path'; parts: Identifier[]; at: Position }
  | { node: 'field'; base: Expression; name: string; at: Position }
  | { node: 'subscript'; base: Expression; index: Expression; mode: SubscriptMode; at: Position }
  | { node: 'unary'; operator: '-' | '+' | '~' | 'NOT'; operand: Expression; at: Position }
  | { node: 'binary'; operator: string; left: Expression; right: Expression; at: Position }
  | {
      node: 'is';
      operand: Expression;
      test: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN';
      negated: boolean;
      at: Position;
    }
  | { node: 'distinct-from'; left: Expression; right: Expression; negated: boolean; at: Position }
  | {
      node: 'between';
      operand: Expression;
      low: Expression;
      high: Expression;
      negated: boolean;
      at: Position;
    }
  | { node: 'like'; operand: Expression; pattern: Expression; negated: boolean; at: Position }
  | { node: 'in'; operand: Expression; list: InList; negated: boolean; at: Position }
  | {
      node: 'case';
      operand?: Expression;
      branches: { when: Expression; result: Expression }[];
      otherwise?: Expression;
      at: Position;
    }
  | { node: 'cast'; operand: Expression; type: TypeNode; safe: boolean; at: Position }
  | { node: 'extract'; part: DatePart; from: Expression; zone?: Expression; at: Position }
  | { node: 'interval'; amount: Expression; part: DatePart; at: Position }
  | Call
  | { node: 'struct'; type?: TypeNode; fields: { value: Expression; alias?: string }[]; at: Position }
  | { node: 'array'; type?: TypeNode; items: Expression[]; at: Position }
  | { node: 'subquery'; form: 'scalar' | 'array' | 'exists'; query: Query; at: Position };

export type InList =
  | { kind: 'items'; items: Expression[] }
  | { kind: 'unnest'; array: Expression }
  | { kind: 'query'; query: Query };

/** `DAY`, `WEEK(MONDAY)` */
export interface DatePart {
  name: string;
  weekday?: string;
  at: Position;
}

export interface Call {
  node: 'call';
  /** Upper case. */
  name: string;
  /** `SAFE.name(…)` */
  safe: boolean;
  args: Expression[];
  namedArgs: { name: string; value: Expression }[];
  /** `COUNT(*)` */
  star: boolean;
  distinct: boolean;
  nulls?: 'IGNORE' | 'RESPECT';
  orderBy: OrderItem[];
  limit?: Expression;
  over?: Window | { reference: Identifier };
  at: Position;
}

export interface Window {
  partitionBy: Expression[];
  orderBy: OrderItem[];
  frame?: { unit: 'ROWS' | 'RANGE'; from: FrameBound; to?: FrameBound };
}

export interface FrameBound {
  kind: 'UNBOUNDED PRECEDING' | 'UNBOUNDED FOLLOWING' | 'CURRENT ROW' | 'PRECEDING' | 'FOLLOWING';
  amount?: Expression;
}

export interface OrderItem {
  value: Expression;
  descending: boolean;
  nulls?: 'FIRST' | 'LAST';
}

export interface Query {
  isRecursive?: true;
  with: { name: Identifier; query: Query }[];
  body: QueryBody;
  orderBy: OrderItem[];
  limit?: Expression;
  offset?: Expression;
  at: Position;
}

export type QueryBody =
  | { kind: 'query'; query: Query }
  | { kind: 'set'; operator: SetOperator; branches: QueryBody[]; at: Position }
  | Select;

export type SetOperator = 'UNION ALL' | 'UNION DISTINCT' | 'EXCEPT DISTINCT' | 'INTERSECT DISTINCT';

export interface Select {
  kind: 'select';
  distinct: boolean;
  as?: 'STRUCT' | 'VALUE';
  items: SelectItem[];
  from?: FromItem;
  where?: Expression;
  groupBy?: Expression[];
  having?: Expression;
  qualify?: Expression;
  windows: { name: Identifier; window: Window }[];
  at: Position;
}

export type SelectItem =
  | {
      kind: 'star';
      base?: Expression;
      except: Identifier[];
      replace: { value: Expression; name: Identifier }[];
      at: Position;
    }
  | { kind: 'value'; value: Expression; alias?: Identifier; at: Position };

export type JoinKind = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';

export type FromItem =
  | { kind: 'table'; path: Identifier[]; alias?: Identifier; at: Position; offset?: Identifier | true }
  | { kind: 'unnest'; array: Expression; alias?: Identifier; offset?: Identifier | true; at: Position }
  | { kind: 'subquery'; query: Query; alias?: Identifier; at: Position }
  | {
      kind: 'join';
      type: JoinKind;
      left: FromItem;
      right: FromItem;
      on?: Expression;
      using?: Identifier[];
      at: Position;
    };

export interface TableName {
  path: Identifier[];
  at: Position;
}

export interface ColumnDefinition {
  name: Identifier;
  type: TypeNode;
  required: boolean;
  options: OptionNode[];
}

export interface OptionNode {
  name: Identifier;
  value: Expression;
}

export type Statement =
  | { kind: 'query'; query: Query }
  | { kind: 'delete'; target: TableName; alias?: Identifier; where: Expression; at: Position }
  | {
      kind: 'update';
      target: TableName;
      alias?: Identifier;
      set: { path: Identifier[]; value: Expression }[];
      where: Expression;
      at: Position;
    }
  | {
      kind: 'insert';
      target: TableName;
      columns?: Identifier[];
      source: { rows: Expression[][] } | { query: Query };
      at: Position;
    }
  | { kind: 'truncate'; target: TableName; at: Position }
  | {
      kind: 'create-table';
      target: TableName;
      orReplace: boolean;
      ifNotExists: boolean;
      columns?: ColumnDefinition[];
      partitionBy?: Expression;
      clusterBy: Identifier[];
      options: OptionNode[];
      query?: Query;
      at: Position;
    }
  | {
      kind: 'create-view';
      target: TableName;
      orReplace: boolean;
      ifNotExists: boolean;
      options: OptionNode[];
      query: Query;
      /** As written: a view is stored as text. */
      text: string;
      at: Position;
    }
  | { kind: 'drop'; what: 'TABLE' | 'VIEW'; target: TableName; ifExists: boolean; at: Position };
