/** What lies in the data directories, and whether any of it is the operator's. */

import type { EsInstall } from '../../domain/elasticsearch.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { showEntry, toolPlace } from '../elasticsearch/keystore.ts';
import { type BasicLogin, operatorLoginRef, unpackLogin } from '../elasticsearch/logins.ts';
import { askNode, at, isLost, jsonOf, type NodeDoor, probeHttp } from '../elasticsearch/node.ts';
import { prelude, runChecked, textOf } from '../host-script.ts';
import type { NodeCredential } from '../ports.ts';

export interface DataPath {
  readonly path: string;
  readonly state: 'absent' | 'empty' | 'filled';
  /** Directories below `indices/`, system ones included; also those of the layout before 8. */
  readonly indices: number;
  /** A mount point cannot be renamed. */
  readonly mount: boolean;
  readonly mode: string;
}

const lookScript = `${prelude}
for d do
  if [ ! -d "$d" ]; then echo 'absent 0 no 0'; continue; fi
  if [ -L "$d" ]; then exit 46; fi
  what=empty
  [ -z "$(find "$d" -mindepth 1 -maxdepth 1 ! -name lost+found | head -n 1)" ] || what=filled
  count=$(find "$d/indices" "$d"/nodes/*/indices -mindepth 1 -maxdepth 1 -type d 2>/dev/null | wc -l)
  mount=no; [ "$(stat -c %d -- "$d")" = "$(stat -c %d -- "$d/..")" ] || mount=yes
  if command -v mountpoint >/dev/null 2>&1 && mountpoint -q -- "$d"; then mount=yes; fi
  echo "$what $count $mount $(stat -c %a -- "$d")"
done
`;

export async function readDataPaths(
  context: ChangeContext,
  install: EsInstall,
): Promise<Result<readonly DataPath[]>> {
  const ran = await runChecked(
    context.host,
    { name: 'data-paths', script: lookScript, args: install.pathData, privileged: true, deadlineSeconds: 60 },
    { doing: 'look at the data directories' },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).trim().split('\n');
  return succeed(
    install.pathData.map((path, index) => {
      const [state = 'filled', count = '1', mount = 'no', mode = '750'] = lines[index]?.split(' ') ?? [];
      return {
        path,
        state: state === 'absent' || state === 'empty' ? state : 'filled',
        indices: Number.parseInt(count, 10),
        mount: mount === 'yes',
        mode,
      };
    }),
  );
}

/**
 * Indices that Elasticsearch makes by itself, without anybody's data. Everything else is the operator's, hidden data
 * streams and Kibana's indices too.
 */
const ownIndices = [
  /^\.security(-\d+)?$/,
  /^\.security-(tokens|profile)(-\d+)?$/,
  /^\.geoip_databases$/,
  /^\.tasks$/,
  /^\.ds-ilm-history-/,
  /^\.ds-\.slm-history-/,
  /^\.ds-\.logs-(deprecation|elasticsearch\.deprecation)/,
];

export function operatorsIndices(names: readonly string[]): readonly string[] {
  return names.filter((name) => !ownIndices.some((own) => own.test(name)));
}

export type DataKnowledge =
  | { readonly known: true; readonly operators: readonly string[]; readonly nodes: number }
  | { readonly known: false };

/** Asks a running node with the given door and credential. Unknown when it does not let us see. */
export async function askForData(
  context: Pick<ChangeContext, 'host' | 'clock' | 'signal' | 'secrets'>,
  door: NodeDoor,
  credential: NodeCredential | undefined,
): Promise<Result<DataKnowledge>> {
  const more = credential === undefined ? {} : { credential };
  const health = await askNode(
    context,
    door,
    '/_cluster/health?timeout=5s&filter_path=number_of_nodes',
    more,
  );
  const listed = await askNode(context, door, '/_cat/indices?format=json&h=index&expand_wildcards=all', more);
  if (!health.ok || !listed.ok) {
    const error = health.ok ? (listed.ok ? undefined : listed.error) : health.error;
    return error !== undefined && isLost(error) ? fail(error) : succeed({ known: false });
  }
  const nodes = at(jsonOf(health.value), 'number_of_nodes');
  const rows = jsonOf(listed.value);
  if (listed.value.status !== 200 || !Array.isArray(rows) || typeof nodes !== 'number') {
    return succeed({ known: false });
  }
  const names = rows.map((row) => String(at(row, 'index')));
  return succeed({ known: true, operators: operatorsIndices(names), nodes });
}

/**
 * Passwords of `elastic` that a node may know: those of the vault under these names, the one that the operator gave as Bulwark's
 * login, and the seed, which is all that a half-secured node knows at first. Other users' logins are not among them: who may
 * not see every index would make a node look emptier than it is.
 */
export async function credentialsToTry(
  context: ChangeContext,
  install: EsInstall,
  refs: readonly string[],
): Promise<readonly BasicLogin[]> {
  const found: BasicLogin[] = [];
  for (const ref of refs) {
    const kept = await context.secrets.get(ref);
    if (kept.ok) found.push({ type: 'basic', user: 'elastic', password: kept.value });
  }
  const given = await context.secrets.get(operatorLoginRef(context.host.hostId));
  const login = given.ok ? unpackLogin(given.value) : undefined;
  if (login?.user === 'elastic') found.push(login);
  const place = await toolPlace(context, install);
  const seed = place.ok ? await showEntry(context, place.value, 'keystore.seed') : place;
  if (seed.ok) found.push({ type: 'basic', user: 'elastic', password: seed.value });
  return found;
}

/** Errors: ES_HAS_DATA with the reason, PRECONDITION_FAILED for a cluster. */
export async function refuseOperatorsData(
  context: ChangeContext,
  install: EsInstall,
  paths: readonly DataPath[],
  ref: string,
): Promise<Result<void>> {
  const speech = await probeHttp(context, install.httpPort);
  if (!speech.ok) {
    return speech;
  }
  let knowledge: DataKnowledge = { known: false };
  if (speech.value.speaks !== 'nothing') {
    const tls = speech.value.speaks === 'plain' ? false : ({ caPem: 'observe-only' } as const);
    const door: NodeDoor = { address: speech.value.address, port: install.httpPort, tls };
    const open = await askForData(context, door, undefined);
    if (!open.ok) {
      return open;
    }
    knowledge = open.value;
    // A password is only ever sent to a node in clear inside the SSH connection.
    for (const credential of knowledge.known ? [] : await credentialsToTry(context, install, [ref])) {
      const asked = await askForData(context, door, credential);
      if (asked.ok && asked.value.known) {
        knowledge = asked.value;
        break;
      }
    }
  }
  if (knowledge.known && knowledge.nodes > 1) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `This node is one of a cluster of ${knowledge.nodes}; securing it alone would cut it off.`,
        'Secure the cluster as a whole by hand, as the finding says.',
        { hostState: 'unchanged' },
      ),
    );
  }
  if (knowledge.known && knowledge.operators.length > 0) {
    const shown = knowledge.operators.slice(0, 5).join(', ');
    return fail(hasData(`The node holds ${knowledge.operators.length} indices of yours (${shown}).`));
  }
  const indices = paths.reduce((sum, path) => sum + path.indices, 0);
  return knowledge.known || indices === 0
    ? succeed(undefined)
    : fail(hasData('The data directory holds indices, and the node does not say whose they are.'));
}

function hasData(what: string) {
  return appError(
    'ES_HAS_DATA',
    `${what} A node with data cannot be secured by its automatic set-up.`,
    'Nothing was changed. Follow the manual steps of the finding.',
    { hostState: 'unchanged' },
  );
}
