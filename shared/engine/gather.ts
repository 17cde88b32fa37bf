/** Gathers every fact about one host: one script on one connection, then the node's own answers and the view from outside. */
import type { EsInstall } from '../domain/elasticsearch.ts';
import type { AppError } from '../domain/error.ts';
import { appError } from '../domain/error.ts';
import { type Fact, knownValue } from '../domain/fact.ts';
import type { Facts, FactTypes, FileFact, Listener } from '../domain/facts.ts';
import type { Exposure } from '../domain/finding.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { canonicalJson } from './canonical-json.ts';
import type { KibanaReading } from './fact-source.ts';
import type {
  Clock,
  Digest,
  HostReader,
  NodeCredential,
  OutsideObserver,
  Random,
  ScriptOutput,
} from './ports.ts';
import { type AnySource, composeProbe, probeDeadline, probeMaxBytes, takeApart } from './probe-script.ts';

/** The fact sources and the two questions that are asked through ports; handed in, because the engine knows no fact by name. */
export interface FactParts {
  readonly prelude: string;
  readonly preludeNames: readonly string[];
  readonly helpers: string;
  readonly sources: readonly AnySource[];
  readonly askNode: (
    reader: HostReader,
    input: {
      readonly install: EsInstall;
      readonly process: FactTypes['es-process'] | undefined;
      readonly settings: FactTypes['es-settings'] | undefined;
      readonly listeners: readonly Listener[] | undefined;
      readonly authority: string;
      readonly credential: NodeCredential | undefined;
      readonly otherCredentials: readonly NodeCredential[] | undefined;
      readonly at: string;
    },
    signal?: AbortSignal,
  ) => Promise<Fact<FactTypes['node-answers']>>;
  readonly observeOutside: (
    observer: OutsideObserver | undefined,
    address: string,
    ports: readonly number[],
    at: string,
    signal?: AbortSignal,
  ) => Promise<Fact<FactTypes['outside']>>;
}

export interface GatherPorts {
  readonly reader: HostReader;
  /** Absent where the operator's machine cannot reach the host directly (a jump host). */
  readonly outside?: OutsideObserver;
  readonly digest: Digest;
  readonly random: Random;
  readonly clock: Clock;
  readonly kibana?: KibanaReading;
}

export interface GatherOptions {
  /** Address of the host as the operator's machine reaches it. */
  readonly address: string;
  /** For the node's own answers; from the vault or the operator. */
  readonly credential?: NodeCredential;
  /** Tried in this order when the node refuses `credential`. */
  readonly otherCredentials?: readonly NodeCredential[];
  readonly signal?: AbortSignal;
  /** One short sentence each. */
  readonly progress?: (note: string) => void;
}

export interface Gathered {
  readonly facts: Facts;
  readonly factsDigest: string;
  readonly exposure: readonly Exposure[];
  /** PEM of the authority that HTTP clients of the node trust; empty when the host has none. Public. */
  readonly authority: string;
}

/** Errors: those of the connection, PROBE_MALFORMED when the host printed something else than the script does, CANCELLED. */
export async function gatherFacts(
  parts: FactParts,
  ports: GatherPorts,
  options: GatherOptions,
): Promise<Result<Gathered>> {
  const { reader, clock } = ports;
  options.progress?.('Reading the host');
  const nonce = hex(ports.random.bytes(16));
  const ran = await runProbe(parts, reader, nonce, options.signal);
  if (!ran.ok) return ran;
  const at = new Date(clock.now()).toISOString();
  const limits = new Map(parts.sources.map((source) => [source.id, source.maxBytes]));
  const { frames, uid, finished } = takeApart(ran.value.stdout, nonce, limits);
  if (uid === undefined || !finished) return fail(malformed(new TextDecoder().decode(ran.value.stderr)));
  const read = new Map<string, Fact<unknown>>();
  const context = {
    at,
    privileged: uid === 0,
    ...(ports.kibana === undefined ? {} : { kibana: ports.kibana }),
  };
  for (const source of parts.sources) {
    const frame = frames.get(source.id);
    read.set(
      source.id,
      frame ? parseSafely(source, () => source.parse(frame, context), at) : missing(source.id, at),
    );
  }
  const probed = settlePorts(probedFacts(read));
  const install = knownValue(probed['es-install']);
  const pem = read.get('http-authority');
  const authority = pem?.status === 'known' && typeof pem.value === 'string' ? pem.value : '';
  if (!install) return succeed(finish(probed, authority, ports, options, at));
  options.progress?.('Asking Elasticsearch itself');
  const [answers, outside] = await Promise.all([
    parts.askNode(
      reader,
      {
        install,
        process: knownValue(probed['es-process']),
        settings: knownValue(probed['es-settings']),
        listeners: knownValue(probed.listeners),
        authority,
        credential: options.credential,
        otherCredentials: options.otherCredentials,
        at,
      },
      options.signal,
    ),
    parts.observeOutside(
      ports.outside,
      options.address,
      [install.httpPort, install.transportPort],
      at,
      options.signal,
    ),
  ]);
  if (options.signal?.aborted) return fail(cancelled());
  return succeed(finish({ ...probed, 'node-answers': answers, outside }, authority, ports, options, at));
}

function finish(
  facts: Facts,
  authority: string,
  ports: GatherPorts,
  { address }: GatherOptions,
  at: string,
): Gathered {
  const exposure = (knownValue(facts.outside)?.ports ?? []).map((port) => ({ address, ...port, at }));
  return { facts, factsDigest: ports.digest.sha256(canonicalJson(planRelevant(facts))), exposure, authority };
}

/** As root where that is possible; where sudo refuses, as the login user: then facts that need root say so. */
async function runProbe(
  parts: FactParts,
  reader: HostReader,
  nonce: string,
  signal: AbortSignal | undefined,
): Promise<Result<ScriptOutput>> {
  const request = {
    name: 'read-facts',
    // Not as an argument: whoever sees the host's process list could write frames of his own into a file that is read.
    script: `set -- ${nonce}\n${composeProbe(parts)}`,
    deadlineSeconds: probeDeadline(parts.sources),
    maxOutputBytes: probeMaxBytes(parts.sources),
  };
  const privileged = await reader.probe({ ...request, privileged: true }, signal);
  if (privileged.ok || !withoutSudo.has(privileged.error.code)) return privileged;
  return reader.probe({ ...request, privileged: false }, signal);
}

/** A wrong password is not among these: the operator has to know of it. */
const withoutSudo: ReadonlySet<AppError['code']> = new Set([
  'SUDO_MISSING',
  'SUDO_NOT_ALLOWED',
  'SUDO_NEEDS_TTY',
  'SUDO_PASSWORD_REQUIRED',
]);

function parseSafely(source: AnySource, parse: () => Fact<unknown>, at: string): Fact<unknown> {
  try {
    return parse();
  } catch (error) {
    return {
      status: 'error',
      reason: `What the host printed could not be read (${error instanceof Error ? error.name : 'unknown error'}).`,
      where: source.id,
      at,
    };
  }
}

function missing(id: string, at: string): Fact<unknown> {
  return { status: 'error', reason: 'The host ended the probe before this was read.', where: id, at };
}

/** Each source's type is tied to its id by `FactTypes`; the map has lost it, and only here it is given back. */
function probedFacts(read: ReadonlyMap<string, Fact<unknown>>): Facts {
  return Object.fromEntries([...read].filter(([id]) => id !== 'http-authority')) as Facts;
}

/** A range of ports is settled by what the node's own process listens on. */
function settlePorts(facts: Facts): Facts {
  const install = facts['es-install'];
  const value = knownValue(install);
  const own = (knownValue(facts.listeners) ?? [])
    .filter((listener) => listener.pid !== undefined)
    .map((listener) => listener.port);
  if (!value || install?.status !== 'known' || own.length === 0) return facts;
  const httpPort = settle(value.httpPort, own, [9200, 9299]);
  const transportPort = settle(value.transportPort, own, [9300, 9400]);
  return { ...facts, 'es-install': { ...install, value: { ...value, httpPort, transportPort } } };
}

function settle(configured: number, own: readonly number[], [low, high]: readonly [number, number]): number {
  if (own.includes(configured)) return configured;
  return [...own].sort((a, b) => a - b).find((port) => port >= low && port <= high) ?? configured;
}

/** A plan made from a scan expires when one of these moves; times, sizes, free room and counters are not among them. */
function planRelevant(facts: Facts): unknown {
  const process = knownValue(facts['es-process']);
  const answers = knownValue(facts['node-answers']);
  const firewall = knownValue(facts.firewall);
  const kibana = knownValue(facts.kibana);
  return {
    install: knownValue(facts['es-install']),
    process: process ? { user: process.user, group: process.group } : process,
    account: knownValue(facts['service-account']),
    settings: knownValue(facts['es-settings'])?.digest,
    keystore: knownValue(facts.keystore)?.digest,
    certificates: certificatesOf(facts),
    files: knownValue(facts['es-files'])?.map(ownership),
    ...(kibana
      ? {
          kibana: {
            place: [kibana.home, kibana.pathConf, kibana.unit, kibana.overrides],
            user: knownValue(kibana.user),
            settings: knownValue(kibana.settings)?.digest,
            keystore: knownValue(kibana.keystore)?.digest,
            files: knownValue(kibana.files)?.map(ownership),
          },
        }
      : {}),
    fileUsers: knownValue(facts['file-realm']),
    secrets: knownValue(facts['plaintext-secrets']),
    firewall: firewall ? { manager: firewall.manager, ruleset: firewall.ruleset } : undefined,
    data: knownValue(facts['data-directories'])?.map(({ path, empty }) => [path, empty]),
    node: answers
      ? {
          security: answers.securityEnabled,
          http: answers.http,
          // A secured node tells these only to a credential, which one reading may have and the next may not.
          ...(answers.securityEnabled === false
            ? {
                data: answers.userIndices === undefined ? undefined : answers.userIndices > 0,
                nodes: answers.nodeCount,
              }
            : {}),
        }
      : undefined,
    known: Object.fromEntries(Object.entries(facts).map(([id, fact]) => [id, fact.status])),
  };
}

function certificatesOf(facts: Facts): unknown {
  const files = knownValue(facts['certificate-files']);
  return files?.pem.map(({ path, certificates }) => [path, certificates.map((one) => one.fingerprint256)]);
}

function ownership({ path, type, owner, group, mode }: FileFact): readonly string[] {
  return [path, type, owner, group, mode];
}

function malformed(stderr: string): AppError {
  return appError(
    'PROBE_MALFORMED',
    'The host did not print what the probe prints.',
    'Check that the login shell runs POSIX scripts and prints nothing of its own, then assess again.',
    {
      hostState: 'unchanged',
      retryable: true,
      detail: stderr.slice(-400),
    },
  );
}

function cancelled(): AppError {
  return appError(
    'CANCELLED',
    'The assessment was cancelled.',
    'Nothing was changed; assess again when you like.',
    { hostState: 'unchanged' },
  );
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
