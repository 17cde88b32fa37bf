/** Options of all commands: what each takes, parsed strictly. None of them ever carries a secret. */
import { parseArgs } from 'node:util';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';

const known = {
  help: { type: 'boolean' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  workspace: { type: 'string' },
  workspaces: { type: 'string' },
  name: { type: 'string' },
  deployment: { type: 'string' },
  host: { type: 'string', multiple: true },
  identity: { type: 'string' },
  login: { type: 'string' },
  sudo: { type: 'string' },
  'known-hosts': { type: 'string', multiple: true },
  'accept-new-key': { type: 'string' },
  'vault-passphrase-stdin': { type: 'boolean' },
  'sudo-password-stdin': { type: 'boolean' },
  'password-stdin': { type: 'boolean' },
  'key-passphrase-stdin': { type: 'boolean' },
  'node-login': { type: 'string' },
  'node-password-stdin': { type: 'boolean' },
  'new-passphrase-stdin': { type: 'boolean' },
  control: { type: 'string', multiple: true },
  choice: { type: 'string', multiple: true },
  rotate: { type: 'string', multiple: true },
  'renew-certificates': { type: 'boolean' },
  'replace-authority': { type: 'boolean' },
  'clients-trust-both': { type: 'boolean' },
  digest: { type: 'string' },
  'break-lock': { type: 'string', multiple: true },
  path: { type: 'string' },
  step: { type: 'string' },
  finding: { type: 'string' },
  revert: { type: 'boolean' },
  keep: { type: 'boolean' },
  to: { type: 'string' },
  into: { type: 'string' },
  plan: { type: 'string' },
  all: { type: 'boolean' },
  force: { type: 'boolean' },
  out: { type: 'string' },
  electron: { type: 'string' },
  certificate: { type: 'string' },
  authority: { type: 'string' },
  names: { type: 'string' },
  'key-type': { type: 'string' },
  key: { type: 'string' },
  store: { type: 'string' },
  'authority-passphrase-stdin': { type: 'boolean' },
  role: { type: 'string' },
  'user-password-stdin': { type: 'boolean' },
  journal: { type: 'string', multiple: true },
} as const;

export type OptionName = keyof typeof known;
type ValueOf<N extends OptionName> = (typeof known)[N] extends { multiple: true }
  ? readonly string[]
  : (typeof known)[N] extends { type: 'boolean' }
    ? boolean
    : string;
export type Options = { readonly [N in OptionName]?: ValueOf<N> };

export interface Parsed {
  readonly options: Options;
  readonly words: readonly string[];
}

/** Every command has these. */
const common: readonly OptionName[] = ['help', 'json', 'quiet'];
/** Commands that reach hosts. */
export const connecting: readonly OptionName[] = [
  'host',
  'known-hosts',
  'accept-new-key',
  'sudo-password-stdin',
  'password-stdin',
  'key-passphrase-stdin',
  'node-login',
  'node-password-stdin',
];
/** Commands on a workspace. */
export const inWorkspace: readonly OptionName[] = ['workspace', 'workspaces', 'vault-passphrase-stdin'];

/** INPUT_INVALID for an option that the command does not take, in a sentence. */
export function parseOptions(args: readonly string[], taken: readonly OptionName[]): Result<Parsed> {
  const names = [...common, ...taken];
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: Object.fromEntries(names.map((name) => [name, known[name]])),
      allowPositionals: true,
      strict: true,
    });
    return succeed({ options: values as Options, words: positionals });
  } catch (cause) {
    return fail(usage(cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : String(cause)));
  }
}

export function usage(message: string) {
  return appError('INPUT_INVALID', message.endsWith('.') ? message : `${message}.`, 'See --help.');
}

/** `name=value`, as often as given; the last one of a name counts. */
export function parseChoices(given: readonly string[]): Result<Readonly<Record<string, string>>> {
  const choices: Record<string, string> = {};
  for (const one of given) {
    const at = one.indexOf('=');
    const name = one.slice(0, at);
    if (at < 1 || !/^[A-Za-z][A-Za-z0-9]{0,59}$/.test(name))
      return fail(usage(`--choice ${JSON.stringify(one)} is not name=value`));
    // Lists are one entry per line; in a shell a comma is easier to write.
    choices[name] = one.slice(at + 1).replaceAll(',', '\n');
  }
  return succeed(choices);
}
