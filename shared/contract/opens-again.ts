/** How Elasticsearch stands open once the change that closed it is taken back; said before it in the window, after it in a terminal. */
import type { HistoryItem } from './state.ts';

const hashes =
  'Who reaches it meanwhile can read and change its users and their password hashes: passwords and keys of the secured node count as disclosed.';

export const opensAgainWords: Readonly<Record<NonNullable<HistoryItem['opens']>, string>> = {
  everybody: `Elasticsearch is as open again as it was before, with the documents that it has now. ${hashes}`,
  'old-data': `Elasticsearch is as open again as it was before, with the data directory of before; that of now is kept beside it and not served. ${hashes}`,
  clear:
    'Elasticsearch speaks plain HTTP again and goes on asking for passwords: those that are sent meanwhile can be read on the network.',
};
