/** https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter */
import type { ParameterValue, QueryParameter } from '../sql/contract.ts';

/** Values are text; Google's clients also send numbers and booleans, which the service takes as their text. */
export function parseParameters(sent: unknown[] | undefined): QueryParameter[] {
  return ((sent ?? []) as QueryParameter[]).map((parameter) => ({
    ...parameter,
    parameterValue: asText(parameter.parameterValue ?? {}),
  }));
}

function asText({ value, arrayValues, structValues }: ParameterValue): ParameterValue {
  return {
    ...(value != null && { value: String(value) }),
    ...(arrayValues && { arrayValues: arrayValues.map(asText) }),
    ...(structValues && {
      structValues: Object.fromEntries(
        Object.entries(structValues).map(([name, member]) => [name, asText(member)]),
      ),
    }),
  };
}
