/** The node whose cluster is joined: the operator names its host, the workspace knows it. */
import type { Change } from '../../shared/domain/change.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';

/** A host of the workspace, as far as others join its cluster. */
export interface JoinableHost {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** Of its node, where that is known. */
  readonly httpPort?: number;
}

function refused(message: string): Result<never> {
  return fail(
    appError('INPUT_INVALID', message, 'Choose again on the review step.', { hostState: 'unchanged' }),
  );
}

function found(hosts: readonly JoinableHost[], wanted: string, hostId: string): Result<JoinableHost> {
  const named = hosts.filter(({ id, name, address }) => [id, name, address].includes(wanted));
  const [host] = named;
  if (host === undefined)
    return refused(`No host of this workspace is called ${wanted}, so its cluster cannot be joined.`);
  if (named.length > 1)
    return refused(
      `${named.length} hosts of this workspace are called ${wanted}; give the address of the one that is meant.`,
    );
  return host.id === hostId
    ? refused('A node cannot join its own cluster; choose another host.')
    : succeed(host);
}

/**
 * Changes whose issuing node has its host, address and secrets.
 * @param hostId the host that they are for
 * Errors: INPUT_INVALID with the reason for the operator.
 */
export function withIssuers(
  changes: readonly Change[],
  hostId: string,
  hosts: readonly JoinableHost[],
): Result<readonly Change[]> {
  const known: Change[] = [];
  for (const change of changes) {
    if (change.kind !== 'es-enrollment') {
      known.push(change);
      continue;
    }
    const issuer = found(hosts, change.issuer.hostId, hostId);
    if (!issuer.ok) return issuer;
    const { id, address, httpPort } = issuer.value;
    known.push({
      ...change,
      issuer: {
        hostId: id,
        address,
        port: httpPort ?? change.issuer.port,
        elasticPasswordRef: `es/${id}/elastic`,
        httpCaRef: `es/${id}/http-ca`,
      },
    });
  }
  return succeed(known);
}
