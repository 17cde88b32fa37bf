/**
 * Prepares the secured configuration beside the live one. Elasticsearch's own tool does the work in a private view of the
 * file system: it sees the copy in the place of the live directory and an empty data directory, so nothing of the running
 * node is touched while keys are made, and paths in the copy are right once it is swapped in.
 */
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import { editYaml, type YamlEdit } from '../../../text/yaml-edit.ts';
import { isOn, readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import type { ChangeContext } from '../../change-kind.ts';
import {
  addEntries,
  listKeystore,
  readKeystoreFile,
  removeEntries,
  toolPlace,
} from '../../elasticsearch/keystore.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import type { ToolPlace } from '../../elasticsearch/tool.ts';
import { writeFileAtomic } from '../../host-files.ts';
import { prelude, runChecked } from '../../host-script.ts';
import type { DataPath } from '../../securing/data.ts';
import { bootstrapEntry } from '../../securing/secured.ts';
import { makeWrapper } from '../../securing/wrapper.ts';
import { runAutoConfiguration } from './set-up-tool.ts';

export const tlsEntries = [
  'xpack.security.http.ssl.keystore.secure_password',
  'xpack.security.transport.ssl.keystore.secure_password',
  'xpack.security.transport.ssl.truststore.secure_password',
] as const;

/** Written by the tool of 9.x for a module that a build may lack; such a node refuses to start with them. */
const encryptionEntries = [
  'cluster.state.encryption.active_password_id',
  'cluster.state.encryption.password.autoconfigured',
];

/** Whoever gets an enrolment token joins by it. */
const enrollmentOff: YamlEdit = { op: 'set', key: 'xpack.security.enrollment.enabled', value: false };

/** Removes (and sets) settings in the staged yml; everything else keeps its bytes. */
async function editSettings(
  context: ChangeContext,
  staged: string,
  keys: readonly string[],
  more: readonly YamlEdit[] = [],
): Promise<Result<void>> {
  const text = await readYml(context, staged);
  const read = text === undefined ? undefined : readYamlSettings(text);
  if (text === undefined || read?.ok !== true) {
    return fail(
      appError('YAML_INVALID', 'elasticsearch.yml is not valid YAML.', 'Correct it and assess again.', {
        hostState: 'unchanged',
        ...(read?.ok === false ? { detail: `line ${read.line}: ${read.message}` } : {}),
      }),
    );
  }
  const present = keys.filter((key) => read.settings.some((setting) => setting.key === key));
  const edits: readonly YamlEdit[] = [...present.map((key) => ({ op: 'remove', key }) as const), ...more];
  if (edits.length === 0) {
    return succeed(undefined);
  }
  const edited = editYaml(text, edits);
  if (!edited.ok) {
    return fail(
      appError(
        edited.code,
        `elasticsearch.yml cannot be edited safely: ${edited.message}`,
        'Correct it by hand and assess again.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  return await writeFileAtomic(
    context.host,
    `${staged}/elasticsearch.yml`,
    new TextEncoder().encode(edited.text),
    {
      tag: context.tag,
    },
  );
}

const ownScript = `${prelude}
w=$1; owner=$2; group=$3
cd -P -- "$w" || exit 1
[ "$(stat -c '%u %a' .)" = "$(id -u) 700" ] || exit 50
for f in staged/certs staged/certs/http.p12 staged/certs/transport.p12 staged/certs/http_ca.crt staged/elasticsearch.keystore staged/elasticsearch.yml; do
  [ -e "$f" ] && [ ! -L "$f" ] || { echo "$f is missing" >&2; exit 1; }
done
chown -h -- "$owner:$group" staged/certs staged/certs/* staged/elasticsearch.keystore || exit 1
chmod 750 staged/certs && chmod 660 staged/certs/* staged/elasticsearch.keystore || exit 1
chmod o-rwx staged/elasticsearch.yml
`;

/** Never the tool's word: the files, the settings and the keystore say whether the set-up is complete. */
async function checkResult(
  context: ChangeContext,
  staged: string,
  place: ToolPlace,
  entries: readonly string[],
): Promise<Result<void>> {
  const read = readYamlSettings((await readYml(context, staged)) ?? '');
  const settings = read.ok ? read.settings : [];
  const on = [
    'xpack.security.enabled',
    'xpack.security.http.ssl.enabled',
    'xpack.security.transport.ssl.enabled',
  ];
  const missing = on.filter((key) => !isOn(settingValue(settings, key)));
  const names = await listKeystore(context, place);
  if (!names.ok) {
    return names;
  }
  const lacking = entries.filter((name) => names.value?.includes(name) !== true);
  return missing.length + lacking.length === 0
    ? succeed(undefined)
    : fail(
        appError(
          'ES_TOOL_FAILED',
          `Elasticsearch's security set-up ended without an error and is not complete: ${[...missing, ...lacking].join(', ')}.`,
          'Nothing was changed. Try again; report it when it happens again.',
          { hostState: 'unchanged', retryable: true },
        ),
      );
}

/** How the node begins: as a cluster of its own with a first password of elastic, or as a member of another node's cluster. */
export type Beginning =
  | { readonly password: Secret }
  | { readonly token: Secret; readonly clusterName: string };

export interface StagingWish {
  readonly install: EsInstall;
  /** Group of the service user by its unit. */
  readonly serviceGroup: string;
  readonly removeSettings: readonly string[];
  readonly data: readonly DataPath[];
  readonly beginning: Beginning;
  readonly endEnrollment: boolean;
  readonly listensForNodes: boolean;
}

export interface Staged {
  readonly wrapper: string;
  readonly conf: string;
  /** The keystore tool, seeing the staged copy. */
  readonly place: ToolPlace;
}

/** Errors leave the live node and its files untouched; the wrapper is the caller's to remove. */
export async function stageConfiguration(context: ChangeContext, wish: StagingWish): Promise<Result<Staged>> {
  const { install } = wish;
  const wrapper = await makeWrapper(context, install.pathConf, true);
  const live = await toolPlace(context, install);
  if (!wrapper.ok || !live.ok) {
    return wrapper.ok ? (live as Result<never>) : wrapper;
  }
  const staged = `${wrapper.value}/staged`;
  const place: ToolPlace = {
    ...live.value,
    binds: [
      { from: staged, to: install.pathConf },
      ...wish.data
        .filter((path) => path.state !== 'absent')
        .map((path) => ({ from: `${wrapper.value}/empty`, to: path.path })),
    ],
  };
  const original = await readYml(context, staged);
  const { beginning } = wish;
  // The tool does not copy the name of the cluster, and a node of another name is refused by it for ever.
  const named =
    'clusterName' in beginning
      ? [{ op: 'set', key: 'cluster.name', value: beginning.clusterName } as const]
      : [];
  const removed = await editSettings(context, staged, wish.removeSettings, named);
  if (!removed.ok) {
    return removed;
  }
  const keystore = await readKeystoreFile(context, staged);
  if (!keystore.ok) {
    return keystore;
  }
  if (keystore.value !== 'absent') {
    const names = await listKeystore(context, place);
    if (!names.ok) {
      return names;
    }
    const leftovers = [
      ...tlsEntries,
      ...encryptionEntries,
      bootstrapEntry,
      'autoconfiguration.password_hash',
    ].filter((name) => names.value?.includes(name));
    const dropped =
      leftovers.length === 0 ? succeed(undefined) : await removeEntries(context, place, leftovers);
    if (!dropped.ok) {
      return dropped;
    }
  }
  context.progress('Elasticsearch makes its keys and certificates; on a busy machine this takes minutes');
  for (const step of [
    () => runAutoConfiguration(context, place, 'token' in beginning ? beginning.token : undefined),
    async () =>
      'token' in beginning
        ? succeed(undefined)
        : await addEntries(
            context,
            place,
            [{ name: bootstrapEntry, value: beginning.password }],
            'caller-lists',
          ),
    () =>
      checkResult(
        context,
        staged,
        place,
        'token' in beginning ? tlsEntries : [...tlsEntries, bootstrapEntry],
      ),
    () => keepBinding(context, staged, original ?? ''),
    () => editSettings(context, staged, [], wish.endEnrollment ? [enrollmentOff] : []),
    () => (wish.listensForNodes ? listen(context, staged) : Promise.resolve(succeed(undefined))),
    () => own(context, wrapper.value, live.value, wish),
  ]) {
    const done = await step();
    if (!done.ok) {
      return done;
    }
  }
  return succeed({ wrapper: wrapper.value, conf: staged, place });
}

/** The set-up opens HTTP to all interfaces where nothing was said; hardening must not widen what was closed. */
async function keepBinding(context: ChangeContext, staged: string, original: string): Promise<Result<void>> {
  const read = readYamlSettings(original);
  const bound =
    read.ok && read.settings.some(({ key }) => /^(http|network)\.(host|bind_host|publish_host)$/.test(key));
  return bound ? succeed(undefined) : await editSettings(context, staged, ['http.host']);
}

/** The set-up leaves the port for nodes on the loopback, where no other host reaches it. */
async function listen(context: ChangeContext, staged: string): Promise<Result<void>> {
  const read = readYamlSettings((await readYml(context, staged)) ?? '');
  const bound =
    read.ok && read.settings.some(({ key }) => /^(transport|network)\.(host|bind_host)$/.test(key));
  return bound
    ? succeed(undefined)
    : await editSettings(context, staged, [], [{ op: 'set', key: 'transport.host', value: '0.0.0.0' }]);
}

async function own(
  context: ChangeContext,
  wrapper: string,
  live: ToolPlace,
  wish: StagingWish,
): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'stage-own',
      script: ownScript,
      args: [wrapper, live.user, live.user === 'root' ? wish.serviceGroup : live.group],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'set owner and mode of the new files' },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

/** Drops what the set-up wrote for a module that this build does not have; true when there was something to drop. */
export async function dropUnknownEntries(
  context: ChangeContext,
  staged: Staged,
  unknown: readonly string[],
): Promise<Result<boolean>> {
  if (!unknown.some((name) => encryptionEntries.includes(name))) {
    return succeed(false);
  }
  const names = await listKeystore(context, staged.place);
  if (!names.ok) {
    return names;
  }
  const there = encryptionEntries.filter((name) => names.value?.includes(name));
  const removed = there.length === 0 ? succeed(undefined) : await removeEntries(context, staged.place, there);
  return removed.ok ? succeed(there.length > 0) : removed;
}
