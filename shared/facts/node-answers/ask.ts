/**
 * Asks the node itself, through the SSH connection: what its ports speak, whether it asks strangers who they are, what it
 * holds. What it serves outranks what its files say: with security off, `ssl.enabled: true` is ignored without a word.
 */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import type { AppError } from '../../domain/error.ts';
import type { Fact } from '../../domain/fact.ts';
import type { EsProcess, EsSettings, Listener, NodeAnswers } from '../../domain/facts.ts';
import type { Result } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { HostReader, NodeCredential, NodeRequest, NodeResponse, TlsPeer } from '../../engine/ports.ts';
import { isOn, settingValue } from '../../text/yaml-settings.ts';
import { speaksTls, speaksTransport } from '../outside/speech.ts';
import {
  type ClusterState,
  clusterStateOf,
  isOperatorsIndex,
  isSecurityIndex,
  standingOf,
} from './answers.ts';
import { askIdentities } from './ask-identities.ts';
import { clusterViewOf } from './cluster.ts';
import { addressFor, mayCarryPassword } from './door.ts';
import { greetLayer } from './greet.ts';
import { listedCertificatesOf } from './listed-certificates.ts';
import { nodeRequests, weakPasswords } from './requests.ts';
import { runningSettingsOf } from './running.ts';

export interface AskInput {
  readonly install: EsInstall;
  readonly process: EsProcess | null | undefined;
  readonly settings: EsSettings | undefined;
  /** `undefined`: could not be read; then ports are tried. */
  readonly listeners: readonly Listener[] | undefined;
  /** PEM; empty when the host has none. */
  readonly authority: string;
  readonly credential: NodeCredential | undefined;
  /** Tried in this order when the node refuses the first one. */
  readonly otherCredentials?: readonly NodeCredential[] | undefined;
  /** ISO 8601. */
  readonly at: string;
}

/** A node that is younger may refuse right passwords because its `.security` index is still recovering (seen on 8.19). */
const settledAfterSeconds = 120;

/** The port gave no answer of this kind; it may give one of another. Everything else is about the connection. */
const inconclusive: ReadonlySet<AppError['code']> = new Set([
  'COMMAND_FAILED',
  'COMMAND_DEADLINE',
  'OUTPUT_TOO_LARGE',
]);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Asking {
  readonly reader: HostReader;
  readonly input: AskInput;
  readonly signal: AbortSignal | undefined;
  readonly answers: Mutable<NodeAnswers>;
  readonly notes: string[];
}

export async function askNode(
  reader: HostReader,
  input: AskInput,
  signal?: AbortSignal,
): Promise<Fact<NodeAnswers>> {
  const where = `127.0.0.1:${input.install.httpPort} and :${input.install.transportPort}, through the SSH connection`;
  const notes: string[] = [];
  const answers: Mutable<NodeAnswers> = {
    http: 'closed',
    transport: 'closed',
    anonymous: 'not-asked',
    securityEnabled: undefined,
    clusterUuid: undefined,
    version: undefined,
    userIndices: undefined,
    nodeCount: undefined,
    tlsVerifiedByCa: undefined,
    authenticated: 'no-credential',
    weakBuiltins: undefined,
    notes,
  };
  const asking: Asking = { reader, input, signal, answers, notes };
  const first = await findSpeech(asking);
  if (first !== undefined && !first.ok && !inconclusive.has(first.error.code)) {
    return {
      status: 'unknown',
      reason: first.error.message,
      remedy: first.error.nextStep,
      where,
      at: input.at,
    };
  }
  if (first?.ok) await readHttp(asking, first.value);
  answers.transport = await transportSpeech(asking);
  await greetLayers(asking, first?.ok ? first.value.peer : undefined);
  return { status: 'known', value: answers, where, at: input.at };
}

async function greetLayers(asking: Asking, httpPeer: TlsPeer | undefined): Promise<void> {
  const { answers, input, reader, signal } = asking;
  const ports = { http: input.install.httpPort, transport: input.install.transportPort } as const;
  const greet = async (layer: keyof typeof ports, peer?: TlsPeer) => {
    const address = addressFor(input.listeners, ports[layer]);
    return answers[layer] !== 'tls' || address === undefined
      ? undefined
      : await greetLayer(reader, { address, port: ports[layer] }, peer, signal);
  };
  const [http, transport] = await Promise.all([greet('http', httpPeer), greet('transport')]);
  if (http || transport) answers.tls = { ...(http ? { http } : {}), ...(transport ? { transport } : {}) };
}

async function send(
  asking: Asking,
  request: Pick<NodeRequest, 'path' | 'tls'> & Partial<NodeRequest>,
): Promise<Result<NodeResponse>> {
  const port = request.port ?? asking.input.install.httpPort;
  return asking.reader.request(
    {
      address: addressFor(asking.input.listeners, port) ?? '127.0.0.1',
      port,
      method: 'GET',
      timeoutSeconds: 10,
      maxBytes: 1_048_576,
      ...request,
    },
    asking.signal,
  );
}

function text(response: NodeResponse): string {
  return new TextDecoder().decode(response.body);
}

/** The first request also shows whether the port speaks TLS. What the settings say decides only which way is tried first. */
async function findSpeech(asking: Asking): Promise<Result<NodeResponse> | undefined> {
  const { input, answers } = asking;
  if (addressFor(input.listeners, input.install.httpPort) === undefined) return undefined;
  const settings = input.settings?.settings ?? [];
  const off = settingValue(settings, 'xpack.security.enabled') === 'false';
  const expectTls = !off && isOn(settingValue(settings, 'xpack.security.http.ssl.enabled'));
  const ways: readonly NodeRequest['tls'][] = [
    ...(input.authority === '' ? [] : [{ caPem: input.authority }]),
    { caPem: 'observe-only' },
  ];
  const attempts: readonly NodeRequest['tls'][] = expectTls ? [...ways, false] : [false, ...ways];
  let last: Result<NodeResponse> | undefined;
  for (const tls of attempts) {
    last = await send(asking, { path: nodeRequests.whoAmI, tls });
    if (last.ok && (tls === false) === (last.value.peer === undefined)) {
      answers.http = tls === false ? 'clear' : 'tls';
      if (last.value.peer)
        answers.tlsVerifiedByCa = input.authority === '' ? undefined : last.value.peer.authorized;
      return last;
    }
    if (!last.ok && !inconclusive.has(last.error.code)) return last;
  }
  answers.http = 'silent';
  asking.notes.push(
    'The HTTP port is open and answers neither HTTP nor TLS; an IP filter of the node looks like this.',
  );
  return last;
}

function wayOf({ answers, input }: Asking): NodeRequest['tls'] {
  if (answers.http === 'clear') return false;
  return { caPem: answers.tlsVerifiedByCa === true ? input.authority : 'observe-only' };
}

async function readHttp(asking: Asking, response: NodeResponse): Promise<void> {
  const { answers, notes } = asking;
  const standing = standingOf(response.status, text(response));
  answers.anonymous = standing === 'on' ? 'refused' : standing === 'unclear' ? 'not-asked' : 'answered';
  answers.securityEnabled = standing === 'unclear' ? undefined : standing !== 'off';
  if (standing === 'unclear')
    notes.push(`The node answered ${response.status} to a question about the caller, which tells nothing.`);
  if (standing === 'anonymous') notes.push('Anonymous access is on: a stranger has a role.');
  const credential = await login(asking);
  if (standing !== 'on' || credential) await readCluster(asking, standing === 'on' ? credential : undefined);
  if (answers.securityEnabled) answers.weakBuiltins = await tryWeakPasswords(asking);
}

async function login(asking: Asking): Promise<NodeCredential | undefined> {
  const { answers, input, notes } = asking;
  const credentials = [...(input.credential ? [input.credential] : []), ...(input.otherCredentials ?? [])];
  if (credentials.length === 0 || !answers.securityEnabled) return undefined;
  if (!mayCarryPassword(answers, input.install.httpPort, input.process?.pid, input.listeners)) {
    notes.push('The credential was not used: nothing proves that the other side is this node.');
    return undefined;
  }
  let refusals = 0;
  for (const credential of credentials) {
    const response = await send(asking, { path: nodeRequests.whoAmI, tls: wayOf(asking), credential });
    if (response.ok && response.value.status === 200) {
      if (refusals > 0)
        notes.push('A login that Bulwark keeps for this node is no longer accepted; another one is.');
      answers.authenticated = 'yes';
      return credential;
    }
    if (!response.ok || response.value.status !== 401) break;
    refusals += 1;
  }
  const refused = refusals === credentials.length && isSettled(input.process);
  answers.authenticated = refused ? 'refused' : 'not-yet';
  if (!refused)
    notes.push(
      'The node did not accept the credential yet: it was started a short while ago or its user store is not ready.',
    );
  return undefined;
}

function isSettled(process: EsProcess | null | undefined): boolean {
  return (process?.ageSeconds ?? 0) >= settledAfterSeconds;
}

async function readCluster(asking: Asking, credential: NodeCredential | undefined): Promise<void> {
  const { answers, notes } = asking;
  const more = { tls: wayOf(asking), ...(credential ? { credential } : {}) };
  const state = await bodyOf(asking, nodeRequests.state, more);
  const cluster: ClusterState | undefined = state === undefined ? undefined : clusterStateOf(state);
  if (state === undefined || !cluster) {
    notes.push(
      'The node did not tell its cluster state (no master, no right, or too large), so what it holds is not known.',
    );
    return;
  }
  answers.clusterUuid = cluster.clusterUuid;
  answers.version = cluster.version;
  answers.nodeCount = cluster.nodeCount;
  answers.userIndices = cluster.indices.filter(isOperatorsIndex).length;
  answers.securityIndices = cluster.indices.filter(isSecurityIndex).length;
  // Side by side: together they wait no longer than the slowest of them. Without TLS there is nothing to list.
  const [[nodes, holdings, health, certificates], identities] = await Promise.all([
    Promise.all([
      ...[nodeRequests.nodes, nodeRequests.holdings, nodeRequests.health].map((path) =>
        bodyOf(asking, path, more),
      ),
      answers.http === 'tls' ? bodyOf(asking, nodeRequests.certificates, more) : undefined,
    ]),
    credential === undefined
      ? undefined
      : askIdentities((path) => send(asking, { path, ...more }), asking.input),
  ]);
  if (certificates !== undefined) answers.certificates = listedCertificatesOf(certificates);
  answers.cluster = clusterViewOf({ state, nodes, holdings, health });
  // Without a master built-in users alone are told, as if there were no others (seen on 8.19).
  if (answers.cluster !== undefined) answers.identities = identities;
  answers.running = runningSettingsOf(nodes, asking.input.process?.pid);
  if (answers.cluster === undefined)
    notes.push('What the node told of its cluster does not have the shape of a cluster.');
}

/** Undefined without an answer of status 200: no right, too large, or too slow. */
async function bodyOf(
  asking: Asking,
  path: string,
  more: Pick<NodeRequest, 'tls'> & Partial<NodeRequest>,
): Promise<string | undefined> {
  const response = await send(asking, { path, ...more });
  return response.ok && response.value.status === 200 ? text(response.value) : undefined;
}

/** Every refusal counts only when a right password is known to be accepted at this moment. */
async function tryWeakPasswords(asking: Asking): Promise<readonly string[] | undefined> {
  const { answers } = asking;
  const tries = await Promise.all(
    weakPasswords.map(async ([user, password]) => {
      const credential: NodeCredential = { type: 'basic', user, password: new Secret(password) };
      const response = await send(asking, { path: nodeRequests.whoAmI, tls: wayOf(asking), credential });
      const status = response.ok ? response.value.status : 0;
      const accepted = status === 200 && response.ok && text(response.value).includes(`"${user}"`);
      return { user, accepted, refused: status === 401 };
    }),
  );
  const accepted = tries.filter((one) => one.accepted).map((one) => one.user);
  if (accepted.length > 0) return [...new Set(accepted)];
  return tries.every((one) => one.refused) && answers.authenticated === 'yes' ? [] : undefined;
}

async function transportSpeech(asking: Asking): Promise<NodeAnswers['transport']> {
  const port = asking.input.install.transportPort;
  if (addressFor(asking.input.listeners, port) === undefined) return 'closed';
  const overTls = await send(asking, { path: nodeRequests.root, tls: { caPem: 'observe-only' }, port });
  if (speaksTls(overTls)) return 'tls';
  return speaksTransport(await send(asking, { path: nodeRequests.root, tls: false, port }))
    ? 'clear'
    : 'silent';
}
