/** The Elasticsearch keystore through its own tool: read back after every write, because exit code 0 proves nothing. */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import { parseKeystoreHeader } from '../../text/keystore-header.ts';
import type { ChangeContext } from '../change-kind.ts';
import { type HostFile, readFile, statTree } from '../host-files.ts';
import { readUnit } from './service.ts';
import { runTool, type ToolPlace, type ToolRun, toolError } from './tool.ts';

type ToolContext = Pick<ChangeContext, 'host' | 'signal'>;

const program = 'bin/elasticsearch-keystore';

export interface KeystoreValue {
  readonly name: string;
  /** One line, not empty. */
  readonly value: Secret;
}

/**
 * Where and as whom the keystore tool must run: as the owner of the configuration directory. Seen on 8.19.21: another
 * user is refused or leaves a file that the node cannot read.
 */
export async function toolPlace(context: ToolContext, install: EsInstall): Promise<Result<ToolPlace>> {
  const listed = await statTree(context.host, install.pathConf, { below: false });
  if (!listed.ok) {
    return listed;
  }
  const folder = listed.value[0];
  if (folder === undefined || folder.type !== 'directory') {
    return fail(
      appError('PRECONDITION_FAILED', `${install.pathConf} is not a directory.`, 'Assess the host again.', {
        hostState: 'unchanged',
      }),
    );
  }
  return succeed({
    home: install.home,
    pathConf: install.pathConf,
    user: folder.owner,
    group: folder.owner === 'root' ? 'root' : folder.group,
    ...(install.javaHome === undefined ? {} : { javaHome: install.javaHome }),
  });
}

/** Owner, group and mode that a keystore must have: its directory's owner and group, nothing for others. */
export async function keystoreOwnership(
  context: ToolContext,
  install: EsInstall,
): Promise<Result<{ readonly owner: string; readonly group: string; readonly mode: string }>> {
  const listed = await statTree(context.host, install.pathConf, { below: false });
  if (!listed.ok) {
    return listed;
  }
  const folder = listed.value[0];
  const owner = folder?.owner ?? install.user;
  if (owner !== 'root') {
    return succeed({ owner, group: folder?.group ?? install.group, mode: '0660' });
  }
  // An earlier step of the same plan may have given the unit another user than the assessment saw.
  const unit =
    install.unit === undefined ? undefined : await readUnit(context.host, install.unit, context.signal);
  if (unit?.ok === false) {
    return unit;
  }
  return succeed({ owner, group: unit?.value.properties.group ?? install.group, mode: '0660' });
}

/** The keystore file as it is. Errors: PRECONDITION_FAILED when it is protected by a password or no keystore at all. */
export async function readKeystoreFile(
  context: ToolContext,
  pathConf: string,
): Promise<Result<HostFile | 'absent'>> {
  const path = `${pathConf}/elasticsearch.keystore`;
  const file = await readFile(context.host, path);
  if (!file.ok || file.value === 'absent') {
    return file;
  }
  if (file.value.type !== 'file') {
    return fail(
      appError(
        'FILE_NOT_REGULAR',
        `${path} is not a regular file.`,
        'Put the keystore itself in this place.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  const hex = [...file.value.bytes.subarray(0, 32)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const header = parseKeystoreHeader(hex);
  if (header === undefined) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `${path} is not an Elasticsearch keystore, or it is damaged.`,
        'Restore it from a backup.',
        {
          hostState: 'unchanged',
        },
      ),
    );
  }
  if (header.passwordProtected) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        `${path} is protected by a password, which Bulwark does not handle yet.`,
        'Change this keystore by hand with elasticsearch-keystore.',
        { hostState: 'unchanged' },
      ),
    );
  }
  return file;
}

/** Names in the keystore, sorted; `undefined` when there is no keystore. */
export async function listKeystore(
  context: ToolContext,
  place: ToolPlace,
): Promise<Result<readonly string[] | undefined>> {
  const ran = await runTool(context.host, place, { program, args: ['list'] }, context.signal);
  if (!ran.ok) {
    return ran;
  }
  if (ran.value.exitCode === 65 && /keystore not found/i.test(ran.value.complaint)) {
    return succeed(undefined);
  }
  return ran.value.exitCode === 0
    ? succeed(ran.value.stdout.split('\n').filter((line) => line !== ''))
    : fail(toolError('list the keystore', ran.value));
}

/** The value of an entry: the only place where a secret comes back from a host. */
export async function showEntry(
  context: ToolContext,
  place: ToolPlace,
  name: string,
): Promise<Result<Secret>> {
  const ran = await runTool(context.host, place, { program, args: ['show', name] }, context.signal);
  if (!ran.ok) {
    return ran;
  }
  return ran.value.exitCode === 0
    ? succeed(new Secret(ran.value.stdout))
    : fail(toolError(`read ${name} from the keystore`, ran.value));
}

/** A leftover temporary file of a killed run makes the next write fail once; that write removes it. */
async function runWriter(
  context: ToolContext,
  place: ToolPlace,
  call: { readonly args: readonly string[]; readonly stdin?: Secret },
): Promise<Result<ToolRun>> {
  const ran = await runTool(context.host, place, { program, ...call }, context.signal);
  const again = ran.ok && ran.value.exitCode === 74 && /FileAlreadyExistsException/.test(ran.value.complaint);
  return again ? await runTool(context.host, place, { program, ...call }, context.signal) : ran;
}

/** `create` (fails when one exists) or `upgrade` of the format. */
export async function makeKeystore(
  context: ToolContext,
  place: ToolPlace,
  action: 'create' | 'upgrade',
): Promise<Result<void>> {
  const ran = await runWriter(context, place, { args: [action] });
  if (!ran.ok) {
    return ran;
  }
  return ran.value.exitCode === 0
    ? succeed(undefined)
    : fail(toolError(`${action} the keystore`, ran.value, 'unknown'));
}

/**
 * Adds or replaces entries in one call and reads the list back. Without `--stdin` all versions read exactly one line per
 * value and treat too little input as an error (7.17 and 8.0 store empty values otherwise).
 */
export async function addEntries(
  context: ToolContext,
  place: ToolPlace,
  entries: readonly KeystoreValue[],
  readBack: 'list' | 'caller-lists' = 'list',
): Promise<Result<void>> {
  const wrong = entries.find((entry) => !isStorable(entry.value));
  if (wrong !== undefined) {
    return fail(notStorable(wrong.name));
  }
  const lines = new Secret(entries.map((entry) => `${entry.value.reveal()}\n`).join(''));
  const ran = await runWriter(context, place, {
    args: ['add', '-f', ...entries.map((entry) => entry.name)],
    stdin: lines,
  });
  if (!ran.ok) {
    return ran;
  }
  if (ran.value.exitCode !== 0) {
    return fail(toolError('add entries to the keystore', ran.value));
  }
  if (readBack === 'caller-lists') {
    return succeed(undefined);
  }
  return await expectNames(
    context,
    place,
    entries.map((entry) => entry.name),
    [],
  );
}

/** Removes entries that exist, in one call, and reads the list back. */
export async function removeEntries(
  context: ToolContext,
  place: ToolPlace,
  names: readonly string[],
): Promise<Result<void>> {
  const ran = await runWriter(context, place, { args: ['remove', ...names] });
  if (!ran.ok) {
    return ran;
  }
  if (ran.value.exitCode !== 0) {
    return fail(toolError('remove entries from the keystore', ran.value));
  }
  return await expectNames(context, place, [], names);
}

/** Reads the names back. Errors: VERIFY_FAILED. */
export async function expectNames(
  context: ToolContext,
  place: ToolPlace,
  present: readonly string[],
  absent: readonly string[],
): Promise<Result<void>> {
  const names = await listKeystore(context, place);
  if (!names.ok) {
    return names;
  }
  const have = names.value ?? [];
  const wrong = [
    ...present.filter((name) => !have.includes(name)),
    ...absent.filter((name) => have.includes(name)),
  ];
  return wrong.length === 0
    ? succeed(undefined)
    : fail(
        appError(
          'VERIFY_FAILED',
          `The keystore does not hold what was written: ${wrong.join(', ')}.`,
          'Check whether something else writes the keystore, then try again.',
          { hostState: 'changed', retryable: true },
        ),
      );
}

function isStorable(value: Secret): boolean {
  const text = value.reveal();
  return text !== '' && !/[\n\r\0]/.test(text);
}

function notStorable(name: string): AppError {
  return appError(
    'INPUT_INVALID',
    `The value for ${name} is empty or has more than one line; the keystore tool cannot take it.`,
    'Give a value of one line.',
    { hostState: 'unchanged' },
  );
}
