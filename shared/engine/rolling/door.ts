/** Ways to ask a cluster while one of its nodes restarts: the node itself, or another one on a host of the workspace. */

import type { Rolling } from '../../domain/changes/system.ts';
import type { EsInstall } from '../../domain/elasticsearch.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { settingsAccess } from '../changes/es-api-setting/access.ts';
import {
  type ClusterSettings,
  readClusterSettings,
  type SettingsAccess,
} from '../elasticsearch/cluster-settings.ts';
import { type ClusterHealth, readHealth } from './health.ts';

/** A node of a cluster and how to get at the rest of it. */
export interface OneOfMany {
  readonly install: EsInstall;
  readonly rolling: Rolling;
}

export interface ClusterDoor {
  readonly context: ChangeContext;
  readonly access: SettingsAccess;
}

/** What a node that can be asked tells of its cluster. */
export interface ClusterNow extends ClusterDoor {
  readonly settings: ClusterSettings;
  readonly health: ClusterHealth;
}

async function look(
  context: ChangeContext,
  install: EsInstall,
  { clusterUuid }: Rolling,
): Promise<Result<ClusterNow>> {
  const access = await settingsAccess(context, install);
  if (!access.ok) {
    return access;
  }
  const settings = await readClusterSettings(context, access.value);
  if (!settings.ok) {
    return settings;
  }
  if (settings.value.clusterUuid !== clusterUuid) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        'The node belongs to another cluster than when the plan was made.',
        'Assess all hosts of the cluster again.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const health = await readHealth(context, access.value);
  return health.ok
    ? succeed({ context, access: access.value, settings: settings.value, health: health.value })
    : health;
}

/** The cluster as this node tells it. Errors: those of `settingsAccess`; ES_NOT_READY where nothing answers or the node has no master. */
export async function askSelf(context: ChangeContext, one: OneOfMany): Promise<Result<ClusterNow>> {
  return await look(context, one.install, one.rolling);
}

/**
 * Asks another node. The connection is closed when `act` has ended.
 * Errors: ES_NOT_READY where no other node of the cluster is on a host of the workspace; else what the last one that was asked said.
 */
export async function askAnother<T>(
  context: ChangeContext,
  { rolling }: OneOfMany,
  act: (now: ClusterNow) => Promise<Result<T>>,
): Promise<Result<T>> {
  let last: Result<T> = fail(
    appError(
      'ES_NOT_READY',
      'No other node of the cluster can be asked.',
      'Add the hosts of the other nodes to the workspace.',
      { hostState: 'unchanged', retryable: true },
    ),
  );
  for (const { hostId, install } of rolling.peers) {
    const session = await context.openPeer(hostId);
    if (!session.ok) {
      last = session;
      continue;
    }
    try {
      const now = await look({ ...context, host: session.value }, install, rolling);
      last = now.ok ? await act(now.value) : now;
    } finally {
      await session.value.close().catch(() => undefined);
    }
    if (last.ok) {
      return last;
    }
  }
  return last;
}
