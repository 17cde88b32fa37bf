/**
 * The settings of a cluster as its node tells them, and changing them.
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-cluster-get-settings; shapes and refusals seen on
 * 8.19.21, 9.4.3 and 9.5.3: scalars come as strings, lists as arrays, a key set dynamically is missing from `defaults`.
 */
import { z } from 'zod';
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { NodeCredential, NodeResponse } from '../ports.ts';
import { askNode, at, jsonOf, type NodeContext, type NodeDoor } from './node.ts';

/** A setting as the cluster gives it back: text, or a list of texts. */
export type SettingValue = string | readonly string[];
type Layer = Readonly<Record<string, unknown>>;

export interface ClusterSettings {
  /** Which cluster answered: a node may have joined another one since. */
  readonly clusterUuid: string;
  readonly persistent: Layer;
  /** Outranks `persistent`; gone after a restart of the whole cluster. */
  readonly transient: Layer;
  /** Default and elasticsearch.yml values of one node. */
  readonly defaults: Layer;
}

export interface SettingsAccess {
  readonly door: NodeDoor;
  /** Absent where security is off and everybody may. */
  readonly credential?: NodeCredential;
}

const layer = z.record(z.string(), z.unknown());
const answerSchema = z.object({ persistent: layer, transient: layer, defaults: layer });
const listSchema = z.array(z.string());

/** `undefined`: not set in this layer. Lists of one and single texts are the same to Elasticsearch. */
export function valueIn(from: Layer, key: string): SettingValue | undefined {
  const found = Object.hasOwn(from, key) ? from[key] : undefined;
  if (typeof found === 'string') return found;
  if (typeof found === 'number' || typeof found === 'boolean') return String(found);
  const list = listSchema.safeParse(found);
  return list.success ? list.data : undefined;
}

/** Whether two values mean the same setting; `undefined` and `null` both mean "not set". */
export function sameValue(
  left: SettingValue | null | undefined,
  right: SettingValue | null | undefined,
): boolean {
  const plain = (one: SettingValue | null | undefined) =>
    one === undefined || one === null ? undefined : typeof one === 'string' ? one : one.join(',');
  return plain(left) === plain(right);
}

function reasonOf(response: NodeResponse): string | undefined {
  const body = jsonOf(response);
  const reason = at(body, 'error', 'reason') ?? at(body, 'error');
  return typeof reason === 'string' ? reason.replace(/[\p{Cc}]+/gu, ' ').slice(0, 300) : undefined;
}

/** The error for an answer that is not the wanted one. 401 and 403 are refusals; 5xx and 429 mean "not now". */
export function notGiven(doing: string, response: NodeResponse, hostState: AppError['hostState']): AppError {
  const detail = reasonOf(response);
  const more = {
    ...(hostState === undefined ? {} : { hostState }),
    ...(detail === undefined ? {} : { detail }),
  };
  if (response.status === 401 || response.status === 403) {
    return appError(
      'ES_AUTH_FAILED',
      `Elasticsearch did not let Bulwark ${doing} (status ${response.status}).`,
      response.status === 403
        ? 'Give Bulwark a login that may change cluster settings (the cluster privilege manage).'
        : 'A node that was started a short while ago refuses right passwords too: wait a minute and try again, then check the login.',
      { ...more, retryable: response.status === 401 },
    );
  }
  if (response.status === 400) {
    return appError(
      'PRECONDITION_FAILED',
      `Elasticsearch does not accept this: it could not ${doing}.`,
      'Read the details: the setting may be unknown to this version, or only be read at a start.',
      more,
    );
  }
  return appError(
    'ES_NOT_READY',
    `Elasticsearch could not ${doing} (status ${response.status}).`,
    'Look at the state of the cluster, then try again.',
    { ...more, retryable: true },
  );
}

function notUnderstood(doing: string): AppError {
  return appError(
    'PROBE_MALFORMED',
    `The answer of Elasticsearch could not be read: it was asked to ${doing}.`,
    'Check which program answers on this port.',
    { hostState: 'unchanged' },
  );
}

const credentialOf = ({ credential }: SettingsAccess) => (credential === undefined ? {} : { credential });

/** Errors: ES_NOT_READY while the node has no master, ES_AUTH_FAILED, PROBE_MALFORMED, and those of the connection. */
export async function readClusterSettings(
  context: NodeContext,
  access: SettingsAccess,
): Promise<Result<ClusterSettings>> {
  const state = await askNode(context, access.door, '/_cluster/state/version?master_timeout=10s', {
    ...credentialOf(access),
    timeoutSeconds: 20,
  });
  if (!state.ok) return state;
  if (state.value.status !== 200) return fail(notGiven('look at the cluster', state.value, 'unchanged'));
  const clusterUuid = at(jsonOf(state.value), 'cluster_uuid');
  if (typeof clusterUuid !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(clusterUuid))
    return fail(notUnderstood('look at the cluster'));
  if (clusterUuid === '_na_')
    return fail(
      appError(
        'ES_NOT_READY',
        'The node belongs to no cluster yet.',
        'Wait until a master is elected, then try again.',
        { hostState: 'unchanged', retryable: true },
      ),
    );
  const asked = await askNode(
    context,
    access.door,
    '/_cluster/settings?include_defaults=true&flat_settings=true&master_timeout=10s',
    { ...credentialOf(access), timeoutSeconds: 20 },
  );
  if (!asked.ok) return asked;
  if (asked.value.status !== 200)
    return fail(notGiven('read the cluster settings', asked.value, 'unchanged'));
  const answer = answerSchema.safeParse(jsonOf(asked.value));
  return answer.success
    ? succeed({ clusterUuid, ...answer.data })
    : fail(notUnderstood('read the cluster settings'));
}

export interface SettingsUpdate {
  /** `null` removes a setting. */
  readonly persistent: Readonly<Record<string, SettingValue | number | boolean | null>>;
  readonly transient: Readonly<Record<string, SettingValue | null>>;
}

/**
 * All of it or nothing. `unclear` when the answer does not tell whether the cluster took it: then only reading does.
 * Errors: what the node clearly refused; the host's state is then unchanged.
 */
export async function updateClusterSettings(
  context: NodeContext,
  access: SettingsAccess,
  update: SettingsUpdate,
): Promise<Result<'taken' | { readonly unclear: AppError }>> {
  const { persistent, transient } = update;
  const body = { persistent, ...(Object.keys(transient).length === 0 ? {} : { transient }) };
  const sent = await askNode(context, access.door, '/_cluster/settings?master_timeout=30s&timeout=30s', {
    ...credentialOf(access),
    method: 'PUT',
    body: JSON.stringify(body),
    timeoutSeconds: 75,
  });
  const doing = 'change the cluster settings';
  if (!sent.ok) {
    // Until the first byte of the request is written the node has heard nothing.
    const unheard = sent.error.hostState === 'unchanged' && sent.error.code !== 'CANCELLED';
    return sent.error.code.startsWith('SSH_') || unheard ? sent : succeed({ unclear: sent.error });
  }
  const { status } = sent.value;
  if (status === 200 && at(jsonOf(sent.value), 'acknowledged') === true) return succeed('taken');
  if (status === 400 || status === 401 || status === 403)
    return fail(notGiven(doing, sent.value, 'unchanged'));
  return succeed({ unclear: notGiven(doing, sent.value, 'unknown') });
}
