/** Serves the page until it is stopped. */
import { servePage } from './page-server.ts';

const { address } = await servePage();
console.log(`${address}#state=review`);
