/** A service in a process of its own, for a test to kill. Prints its address. */
import { startStorage } from '../../../local/storage/service.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: killable.ts FOLDER');
const { address } = await startStorage({ folder });
console.log(address);
