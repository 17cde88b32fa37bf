/** What `--help` says of an option: what it takes, with the values that are allowed, and what it is for. */
import { builtInUsers } from '../../shared/domain/built-in-users.ts';
import { deploymentTypeSchema } from '../../shared/domain/deployment.ts';
import type { OptionName } from './options.ts';

interface OptionWords {
  /** As it stands after the option; absent for one that takes nothing. */
  readonly takes?: string;
  readonly words: string;
}

const onStandardInput = 'is on standard input';

export const optionWords: Readonly<Record<OptionName, OptionWords>> = {
  help: { words: 'this text' },
  json: { words: 'print one JSON object and nothing else' },
  quiet: { words: 'no progress on standard error' },
  workspace: { takes: 'NAME', words: 'folder, id or name of a workspace' },
  workspaces: { takes: 'FOLDER', words: 'where workspaces lie; otherwise where the desktop app keeps them' },
  name: { takes: 'NAME', words: 'a name of at most 80 characters' },
  deployment: {
    takes: deploymentTypeSchema.options.join('|'),
    words: 'what is hardened; self-managed without it',
  },
  host: { takes: 'HOST', words: 'user@address[:port], or name, id or address of a host of the workspace' },
  identity: { takes: 'FILE', words: 'private key to log in with' },
  login: {
    takes: 'agent|password|keyboard-interactive',
    words: 'how to log in; agent without it, password with --password-stdin',
  },
  sudo: {
    takes: 'none|passwordless|password',
    words: 'how to become root; none as root, password with --sudo-password-stdin, otherwise passwordless',
  },
  'known-hosts': { takes: 'FILE', words: 'host keys to judge by, read only; as often as needed' },
  'accept-new-key': { takes: 'SHA256:…', words: 'trust an unknown host key of exactly this fingerprint' },
  'vault-passphrase-stdin': { words: `the vault’s passphrase ${onStandardInput}` },
  'sudo-password-stdin': { words: `sudo’s password ${onStandardInput}` },
  'password-stdin': { words: `the login’s password ${onStandardInput}` },
  'key-passphrase-stdin': { words: `the key file’s passphrase ${onStandardInput}` },
  'node-login': { takes: 'USER', words: 'log in to Elasticsearch as this user, for this run' },
  'node-password-stdin': { words: `that user’s password ${onStandardInput}` },
  'new-passphrase-stdin': { words: `the second passphrase ${onStandardInput}` },
  control: { takes: 'ID', words: 'id of a control, as assess prints it in brackets; as often as needed' },
  choice: {
    takes: 'NAME=VALUE',
    words:
      'answer of a fix, several values with commas; plan names what is missing, assess --json all there is; as often as needed',
  },
  rotate: { takes: builtInUsers.join('|'), words: 'give this user a new password; as often as needed' },
  'renew-certificates': { words: 'give every node of the chosen hosts a new key and certificate' },
  'replace-authority': { words: 'give the cluster of the chosen hosts another authority, in three rounds' },
  'clients-trust-both': {
    words: 'every client and every Kibana trusts both authorities: go on with round 2',
  },
  names: { takes: 'LIST', words: 'names and addresses for the certificate, separated by commas' },
  role: { takes: 'ROLE', words: 'role of the new user, which has to be there; superuser unless given' },
  'user-password-stdin': { words: `the password of the new user ${onStandardInput}; generated unless given` },
  'key-type': { takes: 'p-256|rsa-3072', words: 'kind of the new key' },
  authority: { takes: 'FILE', words: 'certificate of the authority, PEM' },
  digest: { takes: 'DIGEST', words: 'the plan’s whole digest, 64 hexadecimal digits' },
  'break-lock': { takes: 'LOCK', words: 'break the lock of this name and no other; as often as needed' },
  path: { takes: 'PATH', words: 'the very directory that may go' },
  step: { takes: 'PLAN/STEP', words: 'one step, as hosts list shows it' },
  finding: { takes: 'HOST/CONTROL', words: 'every step that serves this finding' },
  revert: { words: 'put back everything that is open' },
  keep: { words: 'keep what took effect' },
  to: { takes: 'FILE', words: 'file to write; never one that is there' },
  into: { takes: 'FOLDER', words: 'folder to make' },
  plan: { takes: 'PLAN', words: 'everything of one plan' },
  all: { words: 'everything: every failing control, or every host' },
  force: { words: 'also over what somebody changed since' },
  out: { takes: 'FOLDER', words: 'folder to write into' },
  electron: { takes: 'FILE', words: 'executable that prints the PDF' },
  certificate: { takes: 'FILE', words: 'certificate, PEM' },
  key: { takes: 'FILE', words: 'private key, PEM' },
  store: { takes: 'FILE', words: 'certificate and key in one, PKCS#12' },
  'authority-passphrase-stdin': { words: `the authority’s passphrase ${onStandardInput}` },
  journal: { takes: 'FILE', words: 'a journal of the workspace to check beside; as often as needed' },
};

/** One line each, in two columns. */
export function optionHelp(names: readonly OptionName[]): readonly string[] {
  return names.flatMap((name) => {
    const { takes, words } = optionWords[name];
    const head = `  --${name}${takes === undefined ? '' : ` ${takes}`}`;
    return head.length > 34 ? [head, `${' '.repeat(36)}${words}`] : [head.padEnd(36) + words];
  });
}
