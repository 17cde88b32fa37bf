/** Where the copies of the cluster's shards lie. */
import { type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { at } from '../../elasticsearch/node.ts';
import { askCluster, type Issuer, refused } from './cluster.ts';

export interface Copy {
  readonly index: string;
  readonly shard: string;
  /** STARTED, RELOCATING, INITIALIZING, UNASSIGNED. */
  readonly state: string;
  /** Id of the node that holds it; of one that is relocating, the node that it leaves. Empty: none. */
  readonly node: string;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export async function readCopies(context: ChangeContext, issuer: Issuer): Promise<Result<readonly Copy[]>> {
  const read = await askCluster(context, issuer, '/_cat/shards?format=json&h=index,shard,state,id');
  if (!read.ok) {
    return read;
  }
  if (!Array.isArray(read.value)) {
    return refused('The cluster does not say where its shards are.', 'Look at the cluster, then try again.');
  }
  return succeed(
    read.value.map((row) => ({
      index: text(at(row, 'index')),
      shard: text(at(row, 'shard')),
      state: text(at(row, 'state')),
      node: text(at(row, 'id')),
    })),
  );
}

/** The copies on a node that are the only usable ones of their shard. */
export function onlyHere(copies: readonly Copy[], node: string): readonly Copy[] {
  return copies.filter(
    (copy) =>
      copy.node === node &&
      !copies.some(
        (other) =>
          other.node !== node &&
          other.node !== '' &&
          other.state === 'STARTED' &&
          other.index === copy.index &&
          other.shard === copy.shard,
      ),
  );
}
