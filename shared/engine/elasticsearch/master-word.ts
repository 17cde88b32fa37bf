/** Whether a node that answers belongs to a cluster, by its own log: `started` is logged without a master too (seen on 8.19.21). */

export type MasterWord = 'has-master' | 'no-master' | 'silent';

/** @param log lines of the node; what stands before its last start does not count */
export function masterWord(log: string): MasterWord {
  const begin = [...log.matchAll(/\bversion\[[^\]\n]{1,40}\], pid\[\d+\]/g)].at(-1)?.index ?? 0;
  const words = [
    ...log
      .slice(begin)
      .matchAll(/master node changed \{previous \[[^\n]*?\], current \[(\{)?|(master not discovered)/g),
  ];
  const last = words.at(-1);
  if (last === undefined) {
    return 'silent';
  }
  return last[1] === undefined ? 'no-master' : 'has-master';
}
