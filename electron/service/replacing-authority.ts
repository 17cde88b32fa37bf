/**
 * An order to replace the authority of a cluster's nodes: three rounds over all nodes in one plan. What a plan that was stopped has
 * done already is found in place by the next one.
 */
import { trustFiles } from '../../shared/controls/authority-trust.ts';
import { certificatesOf } from '../../shared/controls/certificates-in-use.ts';
import { httpCaRef } from '../../shared/controls/own-certificates.ts';
import { proposeReissue } from '../../shared/controls/reissue.ts';
import type { Change, ChangeOf } from '../../shared/domain/change.ts';
import { authorityRef, keyTypes, nextAuthorityRef } from '../../shared/domain/changes/certificates.ts';
import { appError } from '../../shared/domain/error.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import type { Facts } from '../../shared/domain/facts.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { keptAuthority } from '../../shared/engine/certificates/kept-authority.ts';
import { findOrMakeAuthority } from '../../shared/engine/changes/es-own-certificates/identity.ts';
import type { PlanRequest } from '../../shared/engine/plan.ts';
import { askedFor } from './asked-choice.ts';
import { factsToPlanOn } from './assessing.ts';
import type { ServiceContext } from './context.ts';
import { engineParts, requireVault } from './engine-work.ts';
import type { OpenWorkspace } from './open-workspace.ts';
import type { Ordered } from './orders.ts';
import { masterLast, renewingControl } from './renewing.ts';

export interface ReplacementOrder {
  readonly type: 'replace-authority';
  /** Some or all of one cluster: all of it is taken. */
  readonly hostIds: readonly string[];
  readonly choices: Readonly<Record<string, string>>;
}

function refused(sentence: string, nextStep: string): Result<never> {
  return fail(
    appError('PRECONDITION_FAILED', `${sentence} Nothing was changed.`, nextStep, { hostState: 'unchanged' }),
  );
}

/** Every node's host, the elected master's last: a node that is left out would be cut off in the end. Errors: PRECONDITION_FAILED. */
export function wholeClusterOf(
  topology: ReturnType<ServiceContext['store']['get']>['topology'],
  hostIds: readonly string[],
): Result<readonly string[]> {
  const clusters = (topology?.clusters ?? []).filter(({ nodes }) =>
    nodes.some(({ hostId }) => hostId !== undefined && hostIds.includes(hostId)),
  );
  const [cluster, other] = clusters;
  if (cluster === undefined || other !== undefined)
    return refused(
      cluster === undefined
        ? 'No cluster was seen on these hosts.'
        : 'These hosts belong to several clusters.',
      'Choose the hosts of one cluster, and assess them first.',
    );
  const strange = cluster.nodes.filter(
    ({ hostId, standing, note }) => hostId === undefined || standing !== 'read' || note !== '',
  );
  if (strange.length > 0)
    return refused(
      `${strange.map(({ name }) => name).join(', ')} could not be read, and a node that is left out would be cut off in the third round.`,
      'Add the hosts of all nodes to the workspace, start the nodes and assess all hosts.',
    );
  return succeed(
    masterLast(
      cluster.nodes.flatMap(({ hostId }) => hostId ?? []),
      topology,
    ),
  );
}

interface Node {
  readonly hostId: string;
  readonly facts: Facts;
  readonly install: ChangeOf<'authority-trust'>['install'];
  readonly files: ChangeOf<'authority-trust'>['files'];
  /** Issuers of what it serves. */
  readonly issuers: readonly string[];
}

function nodeOf(context: ServiceContext, workspace: OpenWorkspace, hostId: string): Result<Node> {
  const name = workspace.host(hostId)?.name ?? hostId;
  const facts = factsToPlanOn(context, workspace, hostId);
  const install = facts === undefined ? undefined : knownValue(facts['es-install']);
  const issuers =
    facts === undefined
      ? []
      : certificatesOf(facts).flatMap(({ leaves }) => leaves.map(({ issuer }) => issuer));
  if (facts === undefined || !install || issuers.length === 0)
    return refused(`Which certificates ${name} serves is not known.`, 'Start the node and assess its host.');
  const files = trustFiles(facts, install);
  return 'refused' in files
    ? refused(
        `On ${name}, ${files.refused}.`,
        'Replace the authority of this cluster by hand, in the same three rounds.',
      )
    : succeed({ hostId, facts, install, files, issuers });
}

type Authorities = Pick<ChangeOf<'authority-trust'>, 'oldPem' | 'newPem'> & {
  readonly to: string;
  readonly newName: string;
};

/** Round 2 of a node that still serves a certificate of the old one. */
function reissued(
  node: Node,
  choices: ReplacementOrder['choices'],
  { oldPem, to, newName }: Authorities,
  hosts: readonly string[],
): Result<readonly Change[]> {
  const proposal = proposeReissue(node.facts, choices, renewingControl, 'another-authority');
  if (proposal.type !== 'changes')
    return refused(
      proposal.type === 'manual'
        ? proposal.reason
        : `A choice is needed first: ${proposal.choices.map(askedFor).join(', ')}.`,
      'See the findings about certificates on the review step.',
    );
  return succeed(
    proposal.changes.map((change, index) =>
      change.kind !== 'certificate-install' || change.issue === undefined
        ? change
        : {
            ...change,
            key: { ...change.key, ref: `es/issued/${to.slice(0, 16)}${index === 0 ? '' : `-${index + 1}`}` },
            issue: {
              ...change.issue,
              authorityRef: nextAuthorityRef(authorityRef),
              issuerName: newName,
              inPlaceOf: oldPem,
            },
            rollOver: { to, round: 2 as const, hosts: [...hosts] },
          },
    ),
  );
}

/** The new authority, made where none waits. Errors: those of the vault, PRECONDITION_FAILED. */
async function authorities(
  context: ServiceContext,
  workspace: OpenWorkspace,
  nodes: readonly Node[],
  choices: ReplacementOrder['choices'],
): Promise<Result<Authorities>> {
  const vault = await requireVault(workspace);
  if (!vault.ok) return vault;
  const parts = engineParts(context, workspace);
  const nameOf = (pem: string | undefined) => parts.certificates.summary(pem ?? '')?.subject;
  const [old, waiting] = [
    await keptAuthority(parts.secrets, authorityRef),
    await keptAuthority(parts.secrets, nextAuthorityRef(authorityRef)),
  ];
  if (!old.ok || !waiting.ok) return old.ok ? (waiting as Result<never>) : old;
  if (old.value === undefined)
    return refused(
      'The vault has no authority whose place another one could take.',
      'Import the authority of your nodes with bulwark authority import, then plan again.',
    );
  const known = [nameOf(old.value.certificatePem), nameOf(waiting.value?.certificatePem)];
  const foreign = nodes.flatMap(({ issuers }) => issuers).find((issuer) => !known.includes(issuer));
  if (foreign !== undefined)
    return refused(
      `A node serves a certificate of ${foreign}, which is not the authority in the vault.`,
      'Import the authority of your nodes with bulwark authority import, then plan again.',
    );
  const wish = choices['certificateKey']?.trim() ?? '';
  const keyType = keyTypes.find((type) => type === (wish === '' ? 'p-256' : wish));
  if (keyType === undefined)
    return refused(`${wish} is no kind of key that Bulwark makes.`, `Choose ${keyTypes.join(' or ')}.`);
  const next = await findOrMakeAuthority(parts, { authorityRef: nextAuthorityRef(authorityRef), keyType });
  if (!next.ok) return next;
  await workspace.refreshVault();
  const seen = parts.certificates.summary(next.value.certificatePem);
  return succeed({
    oldPem: old.value.certificatePem,
    newPem: next.value.certificatePem,
    to: seen?.fingerprint256 ?? '',
    newName: seen?.subject ?? '',
  });
}

/** Errors: PRECONDITION_FAILED with the reason, VAULT_LOCKED, those of the vault. */
export async function replacementRequests(
  context: ServiceContext,
  workspace: OpenWorkspace,
  { hostIds, choices }: ReplacementOrder,
): Promise<Result<Ordered>> {
  const hosts = wholeClusterOf(context.store.get().topology, hostIds);
  if (!hosts.ok) return hosts;
  const nodes: Node[] = [];
  for (const hostId of hosts.value) {
    const node = nodeOf(context, workspace, hostId);
    if (!node.ok) return node;
    nodes.push(node.value);
  }
  // Names are each node's own.
  const { certificateNames: _own, ...shared } = choices;
  // What would be refused anyway is refused before an authority is made.
  for (const node of nodes) {
    const tried = reissued(node, shared, { oldPem: '', newPem: '', to: '', newName: '' }, hosts.value);
    if (!tried.ok) return tried;
  }
  const both = await authorities(context, workspace, nodes, shared);
  if (!both.ok) return both;
  const { oldPem, newPem, to, newName } = both.value;
  const isNew = ({ issuers }: Node) => issuers.every((issuer) => issuer === newName);
  const onlyTrust = nodes.every(isNew);
  const requests: PlanRequest[] = [];
  for (const [index, node] of nodes.entries()) {
    const { hostId, install, files } = node;
    const trust = (round: 1 | 3): Change => ({
      kind: 'authority-trust',
      install,
      rollOver: { to, round, hosts: [...hosts.value] },
      files: [...files],
      oldPem,
      newPem,
      httpCaRef,
      authorityRef,
      ...(round === 3 && index === nodes.length - 1 ? { settles: true as const } : {}),
    });
    const second = isNew(node) ? succeed([]) : reissued(node, shared, both.value, hosts.value);
    if (!second.ok) return second;
    requests.push({
      findingId: `${hostId}/${renewingControl}`,
      hostId,
      controlId: renewingControl,
      changes: [...(onlyTrust ? [] : [trust(1)]), ...second.value, trust(3)],
    });
  }
  return succeed({ requests, leftOut: [] });
}
