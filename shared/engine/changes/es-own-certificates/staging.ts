/**
 * Prepares the secured configuration beside the live one. The live node never sees a state in between: the order of
 * settings and secrets, on which the next start of a node depends, is settled in the copy and goes live as one rename.
 */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { Secret } from '../../../domain/secret.ts';
import { editYaml } from '../../../text/yaml-edit.ts';
import { readYamlSettings } from '../../../text/yaml-settings.ts';
import type { ChangeContext } from '../../change-kind.ts';
import {
  addEntries,
  expectNames,
  listKeystore,
  makeKeystore,
  readKeystoreFile,
  removeEntries,
  toolPlace,
} from '../../elasticsearch/keystore.ts';
import { readUnit } from '../../elasticsearch/service.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import type { ToolPlace } from '../../elasticsearch/tool.ts';
import { writeFileAtomic } from '../../host-files.ts';
import { prelude, runChecked } from '../../host-script.ts';
import { rejection, tryConfiguration } from '../../rehearsal/rehearse.ts';
import { readEntries } from '../../securing/entries.ts';
import { bootstrapEntry } from '../../securing/secured.ts';
import { type Switch, startSeconds } from '../../securing/switch.ts';
import { makeWrapper } from '../../securing/wrapper.ts';
import { prepare as prepareFiles } from '../certificate-install/prepared.ts';
import { issueForNode } from './identity.ts';
import { certificateFiles, isLayerEntry, securedEdits, storeEntries } from './settings.ts';

type Change = ChangeOf<'es-own-certificates'>;

interface Staged {
  readonly wrapper: string;
  readonly conf: string;
  /** The keystore tool, seeing the staged copy. */
  readonly place: ToolPlace;
  readonly owner: string;
  readonly group: string;
}

// The copy lies in a folder that only root may enter, so nothing in it can be exchanged; a link came with the original.
const roomScript = `${prelude}
cd -P -- "$1" || exit 1
[ "$(stat -c '%u %a' .)" = "$(id -u) 700" ] || exit 50
[ -L staged/certs ] && exit 46
[ -d staged/certs ] || mkdir -m 750 staged/certs || exit 1
`;

async function stage(change: Change, context: ChangeContext): Promise<Result<Staged>> {
  const { install } = change;
  const live = await toolPlace(context, install);
  const unit = await readUnit(context.host, install.unit ?? '', context.signal);
  if (!live.ok || !unit.ok) {
    return live.ok ? (unit as Result<never>) : live;
  }
  const wrapper = await makeWrapper(context, install.pathConf, true);
  if (!wrapper.ok) {
    return wrapper;
  }
  const ran = await runChecked(
    context.host,
    { name: 'stage-room', script: roomScript, args: [wrapper.value], privileged: true, deadlineSeconds: 30 },
    { doing: `make room for certificates in a copy of ${install.pathConf}` },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const conf = `${wrapper.value}/staged`;
  const { user, group } = live.value;
  return succeed({
    wrapper: wrapper.value,
    conf,
    place: { ...live.value, binds: [{ from: conf, to: install.pathConf }] },
    owner: user,
    group: user === 'root' ? unit.value.properties.group : group,
  });
}

/** Key, certificate and authority: checked as a whole before any of it is written. */
async function placeCertificates(
  change: Change,
  context: ChangeContext,
  staged: Staged,
): Promise<Result<void>> {
  const issued = await issueForNode(change, context);
  if (!issued.ok) {
    return issued;
  }
  const own = { owner: staged.owner, group: staged.group };
  const at = (name: string) => `${staged.conf}/${name}`;
  const [first = '', second = ''] = certificateFiles(change.form);
  const authority = { path: at('certs/http_ca.crt'), ...own, mode: '0660' };
  const prepared = await prepareFiles(
    {
      kind: 'certificate-install',
      use: 'transport',
      files:
        change.form === 'pem'
          ? {
              form: 'pem',
              key: { path: at(first), ...own, mode: '0640' },
              certificate: { path: at(second), ...own, mode: '0660' },
              authority,
            }
          : {
              form: 'pkcs12',
              store: { path: at(first), ...own, mode: '0660' },
              password: { from: 'vault', ref: change.storePasswordRef },
            },
      key: { from: 'vault', ref: change.nodeKeyRef },
      ...issued.value,
      names: change.names,
    },
    context,
  );
  if (!prepared.ok) {
    return prepared;
  }
  const files: readonly { readonly path: string; readonly mode: string; readonly bytes: Uint8Array }[] = [
    ...prepared.value.files,
    ...(change.form === 'pem' ? [] : [{ ...authority, bytes: new TextEncoder().encode(issued.value.caPem) }]),
  ];
  for (const { path, mode, bytes } of files) {
    const written = await writeFileAtomic(context.host, path, bytes, { tag: context.tag, ...own, mode });
    if (!written.ok) {
      return written;
    }
  }
  return succeed(undefined);
}

/** The entries for the stores and the first password of `elastic`, in one call, read back. */
async function fillKeystore(
  change: Change,
  context: ChangeContext,
  staged: Staged,
  password: Secret,
): Promise<Result<void>> {
  const file = await readKeystoreFile(context, staged.conf);
  if (!file.ok) {
    return file;
  }
  if (file.value === 'absent') {
    const made = await makeKeystore(context, staged.place, 'create');
    if (!made.ok) {
      return made;
    }
  } else {
    const names = await listKeystore(context, staged.place);
    if (!names.ok) {
      return names;
    }
    const left = (names.value ?? []).filter((name) => isLayerEntry(name) || name === bootstrapEntry);
    const dropped = left.length === 0 ? succeed(undefined) : await removeEntries(context, staged.place, left);
    if (!dropped.ok) {
      return dropped;
    }
  }
  const store = await context.secrets.get(change.storePasswordRef);
  if (!store.ok) {
    return store;
  }
  const entries = storeEntries(change.form);
  const added = await addEntries(
    context,
    staged.place,
    [...entries.map((name) => ({ name, value: store.value })), { name: bootstrapEntry, value: password }],
    'caller-lists',
  );
  return added.ok ? await expectNames(context, staged.place, [...entries, bootstrapEntry], []) : added;
}

async function writeSettings(change: Change, context: ChangeContext, staged: Staged): Promise<Result<void>> {
  const text = (await readYml(context, staged.conf)) ?? '';
  const read = readYamlSettings(text);
  const edited = read.ok ? editYaml(text, securedEdits(read.settings, change.form)) : undefined;
  if (edited?.ok !== true) {
    return fail(
      appError(
        'YAML_INVALID',
        'elasticsearch.yml cannot be edited safely.',
        'Correct it by hand and assess again.',
        { hostState: 'unchanged', ...(edited === undefined ? {} : { detail: edited.message }) },
      ),
    );
  }
  return await writeFileAtomic(
    context.host,
    `${staged.conf}/elasticsearch.yml`,
    new TextEncoder().encode(edited.text),
    { tag: context.tag },
  );
}

const ownScript = `${prelude}
w=$1; owner=$2; group=$3
cd -P -- "$w" || exit 1
[ "$(stat -c '%u %a' .)" = "$(id -u) 700" ] || exit 50
for f in staged/elasticsearch.keystore staged/elasticsearch.yml; do
  [ -f "$f" ] && [ ! -L "$f" ] || { echo "$f is missing" >&2; exit 1; }
done
chown -h -- "$owner:$group" staged/certs staged/elasticsearch.keystore || exit 1
chmod g-s staged/certs && chmod 750 staged/certs && chmod 660 staged/elasticsearch.keystore && chmod o-rwx staged/elasticsearch.yml
`;

async function own(context: ChangeContext, staged: Staged): Promise<Result<void>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'stage-own',
      script: ownScript,
      args: [staged.wrapper, staged.owner, staged.group],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'set owner and mode of the new files' },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

/** The very configuration that is about to go live is started once, and a handshake proves its certificate. */
async function rehearse(change: Change, context: ChangeContext, staged: Staged): Promise<Result<void>> {
  const rehearsal = {
    install: change.install,
    unit: change.install.unit ?? '',
    pathConf: staged.conf,
    httpCa: 'certs/http_ca.crt',
  };
  const tried = await tryConfiguration(context, rehearsal);
  if (!tried.ok || tried.value.verdict === 'good') {
    return tried.ok ? succeed(undefined) : tried;
  }
  return fail(await rejection(context, rehearsal, tried.value));
}

/**
 * What is to be handed to the host. Errors leave the host as it was, but for the wrapper.
 * @param last asked when all else is done; its error is the error of the whole
 */
export async function prepare(
  change: Change,
  context: ChangeContext,
  password: Secret,
  last: () => Promise<Result<void>>,
): Promise<Result<Switch>> {
  const { install } = change;
  // Before the copy is made: what comes in while it is made counts as an edit.
  const entries = await readEntries(context, install.pathConf);
  const staged = entries.ok ? await stage(change, context) : entries;
  if (!entries.ok || !staged.ok) {
    return entries.ok ? (staged as Result<never>) : entries;
  }
  context.progress('Making key and certificate of the node');
  for (const step of [
    () => placeCertificates(change, context, staged.value),
    () => fillKeystore(change, context, staged.value, password),
    () => writeSettings(change, context, staged.value),
    () => own(context, staged.value),
    () => rehearse(change, context, staged.value),
    last,
  ]) {
    const done = await step();
    if (!done.ok) {
      return done;
    }
  }
  context.progress('Switching to the secured configuration', 'applying');
  return succeed({
    unit: install.unit ?? '',
    httpPort: install.httpPort,
    speech: 'tls',
    active: true,
    start: true,
    seconds: startSeconds,
    watched: { folder: install.pathConf, fingerprint: entries.value.fingerprint },
    trades: [
      {
        kind: 'rename',
        here: install.pathConf,
        out: `${staged.value.wrapper}/before`,
        in: staged.value.conf,
      },
    ],
  });
}
