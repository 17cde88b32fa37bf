/** Whether the node may be enrolled at all; asked before planning and again before touching anything. Reads only. */
import { z } from 'zod';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import { setUpAuthorityRef } from '../../certificates/kept-authority.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import { checkPreconditions as checkFreshNode } from '../es-auto-configuration/preconditions.ts';
import {
  askCluster,
  type Cluster,
  type Enrollment,
  enrollingAt,
  type Issuer,
  openIssuer,
  readCluster,
  refused,
} from './cluster.ts';
import { checkBroughtToken } from './issued-token.ts';
import { type HttpAddress, showAddress } from './token.ts';

export interface Joinable {
  readonly issuer: Issuer;
  readonly cluster: Cluster;
  /** Where the tool is sent; a token that was brought names its own. */
  readonly place: HttpAddress;
}

const isLoopback = ({ address }: HttpAddress): boolean =>
  address === '::1' || address === 'localhost' || address.startsWith('127.');

/** bash is there wherever Elasticsearch is: its launchers are written in it. */
const reachScript = `${prelude}
uname -n
while [ $# -gt 0 ]; do
  if timeout 8 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null; then echo yes; else echo no; fi
  shift 2
done
`;

interface Reach {
  readonly hostName: string;
  /** In the order of the places. */
  readonly open: readonly boolean[];
}

async function reach(context: ChangeContext, places: readonly HttpAddress[]): Promise<Result<Reach>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'reach-cluster',
      script: reachScript,
      args: places.flatMap(({ address, port }) => [address, String(port)]),
      privileged: false,
      deadlineSeconds: 30 + 10 * places.length,
    },
    { doing: 'reach the nodes of the cluster' },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const [hostName = '', ...lines] = textOf(ran.value).split('\n');
  return succeed({ hostName, open: places.map((_, index) => lines[index] === 'yes') });
}

/** The cluster is one that this node can become a member of. */
async function checkCluster(
  change: Enrollment,
  context: ChangeContext,
  cluster: Cluster,
): Promise<Result<void>> {
  const { install } = change;
  if (cluster.status !== 'green' && cluster.status !== 'yellow') {
    return refused(
      `The cluster ${cluster.name} is ${cluster.status === '' ? 'not telling its health' : cluster.status}; a node is only added to one whose data is all there.`,
      'Bring the cluster back to green, then try again.',
    );
  }
  const other = cluster.members.find((member) => member.version !== install.version);
  if (other !== undefined) {
    return refused(
      `${other.name} runs Elasticsearch ${other.version}, and this node ${install.version}; shards that move to a newer node cannot come back.`,
      'Bring all nodes to the same version first.',
    );
  }
  if (!cluster.enrolls && change.tokenRef === undefined) {
    return refused(
      'The chosen node does not enrol others: xpack.security.enrollment.enabled is not true there.',
      'Set it to true in its elasticsearch.yml, restart it, try again, and set it back to false when all nodes have joined.',
    );
  }
  if (cluster.staysAlone) {
    return refused(
      'The chosen node is set to stay alone (discovery.type: single-node), so nobody can join it.',
      'Take that line out of its elasticsearch.yml, name it in cluster.initial_master_nodes if it never ran without the line, restart it, then try again.',
    );
  }
  const hidden = cluster.members.find(({ transport }) => transport === undefined || isLoopback(transport));
  if (hidden !== undefined) {
    return refused(
      `${hidden.name} talks to other nodes on the loopback of its own host only (port for nodes), so no node of another host can join it.`,
      'Set transport.host: 0.0.0.0 (or network.host) in its elasticsearch.yml, open the port in its firewall for the other nodes, restart it, then try again.',
    );
  }
  const places = cluster.members.flatMap(({ transport }) => (transport === undefined ? [] : [transport]));
  const reached = await reach(context, places);
  if (!reached.ok) {
    return reached;
  }
  const closed = places.find((_, index) => reached.value.open[index] !== true);
  if (closed !== undefined) {
    return refused(
      `This host does not reach ${showAddress(closed)}, where a node of the cluster listens for the others.`,
      'Open that port in the firewall of that host for this one (and the port of this node for the cluster), then try again.',
    );
  }
  const read = readYamlSettings((await readYml(context, install.pathConf)) ?? '');
  const given = read.ok ? settingValue(read.settings, 'node.name') : undefined;
  const name = given === undefined || given === '${HOSTNAME}' ? reached.value.hostName : given;
  return cluster.members.some((member) => member.name === name)
    ? refused(
        `The cluster has a node named ${name} already.`,
        'Give this node another node.name in its elasticsearch.yml, assess it again, then try again.',
      )
    : succeed(undefined);
}

const listSchema = z
  .array(z.object({ subject_dn: z.string(), issuer: z.string().nullish(), has_private_key: z.boolean() }))
  .max(5000);

/**
 * A node hands out the key of its HTTP authority, and enrols nobody without it. It tells itself whether it has one: an entry with
 * a key that was issued by itself (shape seen on 8.19.21 and 9.5.3). The vault only says where the key went.
 */
async function hasAuthorityKey(
  change: Enrollment,
  context: ChangeContext,
  issuer: Issuer,
): Promise<Result<void>> {
  const told = await askCluster(context, issuer, '/_ssl/certificates');
  if (!told.ok) {
    return told;
  }
  const list = listSchema.safeParse(told.value);
  if (!list.success) {
    return refused(
      'The chosen node does not tell which keys it holds, so whether it can enrol others is not known.',
      'Look at GET /_ssl/certificates on that node.',
    );
  }
  if (list.data.some((one) => one.has_private_key && one.subject_dn === one.issuer)) {
    return succeed(undefined);
  }
  const taken = await context.secrets.get(setUpAuthorityRef(change.issuer.hostId));
  return taken.ok
    ? refused(
        'The authority’s private key, which the chosen node needs to enrol others, was taken off it into your vault.',
        'Undo that step in the history of its host, then try again; take the key off once more when all nodes have joined.',
      )
    : refused(
        'The chosen node does not hold the private key of its HTTP authority, and enrols nobody without it.',
        'Choose the node of the cluster that was set up first, or give this node certificates of the same authority by hand.',
      );
}

/**
 * Errors: PRECONDITION_FAILED, INPUT_INVALID (token), ES_HAS_DATA, ES_AUTOCONFIG_SKIPPED, FILE_NOT_REGULAR, YAML_INVALID,
 * YAML_AMBIGUOUS, the connection's.
 */
export async function checkJoinable(change: Enrollment, context: ChangeContext): Promise<Result<Joinable>> {
  const fresh = await checkFreshNode(change, context);
  const issuer = fresh.ok ? await openIssuer(change, context) : fresh;
  const cluster = issuer.ok ? await readCluster(context, issuer.value) : issuer;
  const fits = cluster.ok ? await checkCluster(change, context, cluster.value) : cluster;
  const able = fits.ok && issuer.ok ? await hasAuthorityKey(change, context, issuer.value) : fits;
  const place =
    able.ok && issuer.ok && change.tokenRef === undefined
      ? await enrollingAt(context, issuer.value)
      : able.ok
        ? succeed(change.issuer)
        : able;
  const token =
    place.ok && issuer.ok && change.tokenRef !== undefined
      ? await checkBroughtToken(context, issuer.value, change.tokenRef)
      : place;
  if (!token.ok) {
    return fail(token.error);
  }
  return issuer.ok && cluster.ok && place.ok
    ? succeed({ issuer: issuer.value, cluster: cluster.value, place: place.value })
    : (issuer as Result<never>);
}
