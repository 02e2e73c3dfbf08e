/** A service in a process of its own, for a test to kill. Prints its address. */
import { startBigQuery } from '../../../local/bigquery/service.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: killable.ts FOLDER');
const { address } = await startBigQuery({ folder });
console.log(address);
