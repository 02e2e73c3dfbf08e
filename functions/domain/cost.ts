/** What BigQuery bills on demand: https://cloud.google.com/bigquery/pricing#on_demand_pricing */

const MEGABYTE = 1024 ** 2;
const TEBIBYTE = 1024 ** 4;
/** "Charges are rounded up to the nearest MB, with a minimum 10 MB data processed per table referenced by the query." */
const TABLE_MEGABYTES_MIN = 10;
/** Amounts are whole millionths of a dollar, rounded up: ten megabytes cost 0.00006. */
const PARTS_PER_DOLLAR = 1_000_000;

export interface Cost {
  amount: number;
  currency: 'USD';
  price_per_tib: number;
}

/** @param bytesProcessed of a statement that is about one table */
export function bytesBilled(bytesProcessed: number): number {
  return Math.max(Math.ceil(bytesProcessed / MEGABYTE), TABLE_MEGABYTES_MIN) * MEGABYTE;
}

/** @param pricePerTib US dollars for 1,024⁴ bytes */
export function costOf(bytes: number, pricePerTib: number): Cost {
  const amount = Math.ceil((bytes / TEBIBYTE) * pricePerTib * PARTS_PER_DOLLAR) / PARTS_PER_DOLLAR;
  return { amount, currency: 'USD', price_per_tib: pricePerTib };
}
