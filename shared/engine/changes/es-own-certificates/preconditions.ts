/** Whether a node may be secured with certificates of our own; asked before planning and again before touching anything. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { editYaml } from '../../../text/yaml-edit.ts';
import { readYamlSettings } from '../../../text/yaml-settings.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readKeystoreFile } from '../../elasticsearch/keystore.ts';
import type { BasicLogin } from '../../elasticsearch/logins.ts';
import { type NodeDoor, probeHttp, tryCredential } from '../../elasticsearch/node.ts';
import { readFile } from '../../host-files.ts';
import { textOf } from '../../host-script.ts';
import { readClusterState, readIdentity } from '../../securing/cluster.ts';
import { credentialsToTry } from '../../securing/data.ts';
import { broughtFor } from './brought.ts';
import { countDocuments, inWords, type Standing } from './documents.ts';
import { securedEdits } from './settings.ts';

type Change = ChangeOf<'es-own-certificates'>;

/** How the node of before is asked: an open one without a login. */
export interface Entrance {
  readonly door: NodeDoor;
  readonly credential?: BasicLogin;
}

export interface Ready {
  readonly entrance: Entrance;
  readonly yml: string;
  /** elasticsearch.yml as it will be. */
  readonly secured: string;
  readonly standing: Standing;
}

function refused(message: string, nextStep: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' }));
}

/** The yml of before and after. Errors: FILE_NOT_REGULAR, YAML_INVALID, YAML_AMBIGUOUS. */
async function planYml(
  change: Change,
  context: ChangeContext,
): Promise<Result<Pick<Ready, 'yml' | 'secured'>>> {
  const path = `${change.install.pathConf}/elasticsearch.yml`;
  const file = await readFile(context.host, path);
  if (!file.ok) {
    return file;
  }
  const unchanged = { hostState: 'unchanged' } as const;
  if (file.value === 'absent' || file.value.type !== 'file') {
    return fail(
      appError(
        'FILE_NOT_REGULAR',
        `${path} is missing or a link.`,
        'Put the file itself in this place.',
        unchanged,
      ),
    );
  }
  const yml = textOf(file.value.bytes);
  const read = readYamlSettings(yml);
  if (!read.ok) {
    const words = `elasticsearch.yml, line ${read.line}: ${read.message}`;
    return fail(appError('YAML_INVALID', words, 'Correct the line and assess again.', unchanged));
  }
  // The later of two spellings wins on the node, which can switch TLS off silently (seen on 8.19.21).
  if (read.duplicates.length > 0) {
    const words = `elasticsearch.yml gives ${read.duplicates.join(', ')} more than once.`;
    return fail(appError('YAML_AMBIGUOUS', words, 'Keep one of the lines and assess again.', unchanged));
  }
  const edited = editYaml(yml, securedEdits(read.settings, change.form));
  return edited.ok
    ? succeed({ yml, secured: edited.text })
    : fail(
        appError(
          edited.code,
          `elasticsearch.yml cannot be edited safely: ${edited.message}`,
          'Correct it by hand and assess again.',
          unchanged,
        ),
      );
}

/**
 * Into a node that is still open, or asks for passwords over plain HTTP as the change says. Its password is that of the vault
 * (the one of before, where this step has made another), the one that the operator gave as elastic's login, or its own seed. Errors: PRECONDITION_FAILED.
 */
export async function findEntrance(change: Change, context: ChangeContext): Promise<Result<Entrance>> {
  const speech = await probeHttp(context, change.install.httpPort);
  if (!speech.ok) {
    return speech;
  }
  if (speech.value.speaks === 'nothing') {
    return refused(
      'The node does not answer, so its documents cannot be counted before it is secured.',
      'Start the node and try again.',
    );
  }
  const door = { address: speech.value.address, port: change.install.httpPort, tls: false } as const;
  if (speech.value.speaks === 'tls' || (speech.value.status === 401) !== (change.asksAlready === true)) {
    return refused(
      change.asksAlready === true
        ? 'The node no longer asks for passwords over plain HTTP, as it did when this was planned.'
        : 'The node already asks for passwords or speaks TLS.',
      'Assess the host again and follow what its findings say now.',
    );
  }
  if (change.asksAlready !== true) {
    return succeed({ door });
  }
  const { elasticPasswordRef } = change;
  const refs = [elasticPasswordRef, `${elasticPasswordRef}/previous`];
  for (const credential of await credentialsToTry(context, change.install, refs)) {
    // Sent in clear inside the SSH connection only, to the host itself.
    const tried = await tryCredential(context, door, credential);
    if (!tried.ok) {
      return tried;
    }
    if (tried.value === 'accepted') {
      return succeed({ door, credential });
    }
  }
  return refused(
    'The node asks for passwords, and none that is known is accepted: neither that of elastic in the vault, nor one that you gave as the login of elastic, nor the seed in its keystore. So its documents cannot be counted before it is secured.',
    `Run ${change.install.home}/bin/elasticsearch-reset-password -u elastic on the host, give Bulwark elastic with that password as its login for this node, and try again. A node that has just started refuses right ones for a while.`,
  );
}

/** A cluster is secured as it was planned: the same one, all of its nodes, all of one version. Errors: PRECONDITION_FAILED. */
async function sameCluster(
  { uuid, hosts }: NonNullable<Change['cluster']>,
  nodes: number,
  door: NodeDoor,
  context: ChangeContext,
): Promise<Result<void>> {
  if (nodes !== hosts.length) {
    return refused(
      `The cluster has ${nodes} ${nodes === 1 ? 'node' : 'nodes'} now, and ${hosts.length} are to be secured together.`,
      nodes < hosts.length
        ? 'Start the nodes that are down, assess all hosts again and make a new plan.'
        : 'Add the hosts of all nodes to the workspace, assess them and make a new plan.',
    );
  }
  const identity = await readIdentity(context, door);
  if (!identity.ok) {
    return identity;
  }
  if (identity.value?.uuid !== uuid) {
    return refused(
      identity.value === undefined
        ? 'The node does not say which cluster it belongs to.'
        : 'The node belongs to another cluster than the one that was planned.',
      'Assess all hosts of the cluster again and make a new plan.',
    );
  }
  const versions = [...new Set(identity.value.versions)].toSorted();
  return versions.length === 1
    ? succeed(undefined)
    : refused(
        `The nodes run different versions (${versions.join(', ')}).`,
        'Finish the upgrade first; then secure the cluster.',
      );
}

/** A node that is one of several must be restarted together with the others. Errors: PRECONDITION_FAILED. */
export async function planData(
  change: Change,
  context: ChangeContext,
  known?: Entrance,
): Promise<Result<Standing>> {
  const entrance = known === undefined ? await findEntrance(change, context) : succeed(known);
  const state = entrance.ok
    ? await readClusterState(context, entrance.value.door, entrance.value.credential)
    : entrance;
  if (!entrance.ok || !state.ok) {
    return entrance.ok ? (state as Result<never>) : entrance;
  }
  const { door, credential } = entrance.value;
  if (state.value === undefined) {
    return refused(
      'The node does not say what it holds.',
      'Wait until it has started completely and try again.',
    );
  }
  const { nodes, colour } = state.value;
  if (change.cluster === undefined && nodes > 1) {
    return refused(
      `This node is one of a cluster of ${nodes}; securing it alone would cut it off.`,
      'Secure the cluster as a whole.',
    );
  }
  if (colour === 'red') {
    return refused(
      'The cluster is red: some of its data is not there, so whether all of it comes back could not be told.',
      'Make the cluster whole first, then try again.',
    );
  }
  const same =
    change.cluster === undefined
      ? succeed(undefined)
      : await sameCluster(change.cluster, nodes, door, context);
  const counted = same.ok ? await countDocuments(context, door, credential) : same;
  if (!counted.ok) {
    return counted;
  }
  return counted.value === undefined
    ? refused('The node does not say what it holds.', 'Wait until it has started completely and try again.')
    : succeed({ nodes, colour, documents: counted.value });
}

/** Whether this node is the elected master of its cluster, which is stopped last. Errors: those of the connection. */
export async function isMaster(change: Change, context: ChangeContext): Promise<Result<boolean>> {
  const entrance = await findEntrance(change, context);
  const identity = entrance.ok ? await readIdentity(context, entrance.value.door) : entrance;
  return identity.ok ? succeed(identity.value?.master === true) : identity;
}

/** Sentences for the plan. A cluster that is not green is told here; whoever approves the plan has read it. */
export function standingWords(change: Change, { colour, documents }: Standing): readonly string[] {
  if (change.cluster === undefined) {
    return [`The node holds ${inWords(documents)} of yours now.`];
  }
  return [
    `The cluster holds ${inWords(documents)} of yours now.`,
    ...(colour === 'green'
      ? ['The cluster is green, and has to be green again afterwards.']
      : [
          `The cluster is ${colour} already: copies of some of its data are missing. It is not waited for to become better than that.`,
        ]),
  ];
}

/**
 * Reads only. Errors: PRECONDITION_FAILED (no unit, not the cluster that was planned, red, protected keystore, not open), FILE_NOT_REGULAR,
 * YAML_INVALID, YAML_AMBIGUOUS.
 */
export async function checkPreconditions(change: Change, context: ChangeContext): Promise<Result<Ready>> {
  if (change.install.unit === undefined) {
    return refused(
      'No systemd unit starts this node.',
      'Give it a unit, or follow the manual steps of the finding.',
    );
  }
  const brought = change.certificates === 'brought' ? await broughtFor(change, context) : succeed(undefined);
  if (!brought.ok) {
    return brought;
  }
  const yml = await planYml(change, context);
  if (!yml.ok) {
    return yml;
  }
  const keystore = await readKeystoreFile(context, change.install.pathConf);
  if (!keystore.ok) {
    return keystore;
  }
  const entrance = await findEntrance(change, context);
  const standing = entrance.ok ? await planData(change, context, entrance.value) : entrance;
  if (!entrance.ok || !standing.ok) {
    return entrance.ok ? (standing as Result<never>) : entrance;
  }
  return succeed({ ...yml.value, entrance: entrance.value, standing: standing.value });
}
