/** The operator's documents, counted before and after. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { askNode, at, cancelled, isLost, jsonOf, type NodeDoor } from '../../elasticsearch/node.ts';
import type { NodeCredential } from '../../ports.ts';
import type { ClusterState } from '../../securing/cluster.ts';
import { operatorsIndices } from '../../securing/data.ts';
import type { Image } from '../../securing/image.ts';

/** Documents by index. */
export type Documents = ReadonlyMap<string, number>;

/** What must be there again afterwards. */
export interface Standing extends ClusterState {
  readonly documents: Documents;
}

/** For the before-image. */
export function standingImage({ documents, ...state }: Standing): NonNullable<Image['standing']> {
  return { ...state, documents: Object.fromEntries(documents) };
}

export function fromImage({ documents, ...state }: NonNullable<Image['standing']>): Standing {
  return { ...state, documents: new Map(Object.entries(documents)) };
}

type AskContext = Pick<ChangeContext, 'host' | 'clock' | 'signal' | 'secrets'>;

/** Their documents are deleted by Kibana and Elasticsearch at any time: fewer of them is no loss. */
const fleeting = [/^\.kibana_task_manager/, /^\.async-search/];

/** A closed index has no count, before and after; one that is not there yet after a restart has none either. */
function readCounts(body: unknown): Documents | undefined {
  if (!Array.isArray(body)) {
    return undefined;
  }
  const rows = body.map((row) => [String(at(row, 'index')), at(row, 'docs.count')] as const);
  const own = operatorsIndices(rows.map(([index]) => index)).filter(
    (index) => !fleeting.some((one) => one.test(index)),
  );
  return new Map(
    rows.flatMap(([index, count]) =>
      own.includes(index) && typeof count === 'string' && /^\d+$/.test(count) ? [[index, Number(count)]] : [],
    ),
  );
}

/** Undefined: the node did not say. Errors: those of the connection. */
export async function countDocuments(
  context: AskContext,
  door: NodeDoor,
  credential?: NodeCredential,
): Promise<Result<Documents | undefined>> {
  const listed = await askNode(
    context,
    door,
    '/_cat/indices?format=json&h=index,docs.count&expand_wildcards=all',
    { timeoutSeconds: 30, ...(credential === undefined ? {} : { credential }) },
  );
  if (!listed.ok) {
    return isLost(listed.error) ? listed : succeed(undefined);
  }
  return succeed(listed.value.status === 200 ? readCounts(jsonOf(listed.value)) : undefined);
}

export function inWords(documents: Documents): string {
  const sum = [...documents.values()].reduce((left, right) => left + right, 0);
  return `${sum} ${sum === 1 ? 'document' : 'documents'} in ${documents.size} ${documents.size === 1 ? 'index' : 'indices'}`;
}

/** Indices that hold less than before, or are not there. More is right: clients wrote until the node stopped. */
export function missingFrom(before: Documents, after: Documents): readonly string[] {
  return [...before].filter(([index, count]) => (after.get(index) ?? -1) < count).map(([index]) => index);
}

/** Waits until every index of before is open again with its documents. Errors: VERIFY_FAILED after three minutes. */
export async function expectDocuments(
  context: AskContext & Pick<ChangeContext, 'progress'>,
  door: NodeDoor,
  credential: NodeCredential,
  before: Documents,
): Promise<Result<void>> {
  const until = context.clock.elapsed() + 180_000;
  for (;;) {
    const after = await countDocuments(context, door, credential);
    if (!after.ok) {
      return after;
    }
    const missing = after.value === undefined ? [...before.keys()] : missingFrom(before, after.value);
    if (after.value !== undefined && missing.length === 0) {
      context.progress(`All documents are there: ${inWords(after.value)}`);
      return succeed(undefined);
    }
    if (context.clock.elapsed() >= until) {
      return fail(
        appError(
          'VERIFY_FAILED',
          `Before there were ${inWords(before)}; the secured node does not show all documents of ${missing.slice(0, 3).join(', ')}.`,
          'The old configuration is put back; the data directory was not touched.',
          { hostState: 'changed' },
        ),
      );
    }
    if (!(await context.clock.sleep(2000, context.signal))) {
      return fail(cancelled());
    }
  }
}
