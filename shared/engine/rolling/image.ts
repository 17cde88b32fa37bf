/** What a cluster was before one of its nodes is restarted: kept in the before-image, so that an interruption forgets none of it. */
import { z } from 'zod';
import type { ClusterSettings } from '../elasticsearch/cluster-settings.ts';
import { sameValue, valueIn } from '../elasticsearch/cluster-settings.ts';
import type { ClusterHealth } from './health.ts';

/** https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/cluster-level-shard-allocation-routing-settings */
export const allocationKey = 'cluster.routing.allocation.enable';
/** While a node is away: primaries may start, copies of its shards are not made elsewhere. */
export const heldValue = 'primaries';
/** What lets the shards of a node that is back return to it. */
export const openValue = 'all';

export const rollingImageSchema = z.strictObject({
  /** Where the setting was, and so where it is changed: a transient one outranks the persistent one. */
  layer: z.enum(['persistent', 'transient']),
  /** What stood in that layer; `null` is "not set". */
  value: z.string().nullable(),
  /** What held: `all`, `primaries`, `new_primaries` or `none`. */
  effective: z.string(),
  status: z.enum(['green', 'yellow', 'red']),
  nodes: z.number().int().nonnegative(),
  unassigned: z.number().int().nonnegative(),
});
export type RollingImage = Readonly<z.infer<typeof rollingImageSchema>>;

const textOf = (value: ReturnType<typeof valueIn>): string | undefined =>
  typeof value === 'string' ? value : value?.join(',');

export function imageOf(settings: ClusterSettings, health: ClusterHealth): RollingImage {
  const transient = textOf(valueIn(settings.transient, allocationKey));
  const persistent = textOf(valueIn(settings.persistent, allocationKey));
  const effective = transient ?? persistent ?? textOf(valueIn(settings.defaults, allocationKey));
  return {
    layer: transient === undefined ? 'persistent' : 'transient',
    value: transient ?? persistent ?? null,
    effective: effective ?? openValue,
    status: health.status,
    nodes: health.nodes,
    unassigned: health.unassigned,
  };
}

/** How the setting stands, seen from what it was. */
export function standing(
  settings: ClusterSettings,
  image: RollingImage,
): 'as-before' | 'ours' | 'somebody-else' {
  const now = valueIn(settings[image.layer], allocationKey);
  if (sameValue(now, image.value)) {
    return 'as-before';
  }
  const ours = image.effective === openValue ? [heldValue] : [heldValue, openValue];
  return ours.some((one) => sameValue(now, one)) ? 'ours' : 'somebody-else';
}
