/** Secrets that were announced by options and come on standard input, one per line, always in this order. */
import { nodeUserSchema } from '../../shared/contract/api.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { type Options, usage } from './options.ts';
import type { Terminal } from './terminal.ts';

const order = [
  'vault-passphrase-stdin',
  'sudo-password-stdin',
  'password-stdin',
  'key-passphrase-stdin',
  'node-password-stdin',
  'new-passphrase-stdin',
  'authority-passphrase-stdin',
  'user-password-stdin',
] as const;

export interface GivenSecrets {
  readonly vaultPassphrase?: Secret;
  readonly sudoPassword?: Secret;
  readonly password?: Secret;
  readonly keyPassphrase?: Secret;
  /** For the user of Elasticsearch that `--node-login` names. */
  readonly nodePassword?: Secret;
  /** The vault's next one, or that of a second custodian. */
  readonly newPassphrase?: Secret;
  /** Of the key or store that `bulwark authority import` takes. */
  readonly authorityPassphrase?: Secret;
  /** Of the user that `bulwark administrator create` makes. */
  readonly userPassword?: Secret;
}

/** Reads standard input only when an option asks for it. INPUT_INVALID when a line is missing or empty, or a node's login is half given. */
export async function readSecrets(options: Options, terminal: Terminal): Promise<Result<GivenSecrets>> {
  const node = nodeLoginComplete(options);
  if (!node.ok) return node;
  const wanted = order.filter((name) => options[name] === true);
  if (wanted.length === 0) return succeed({});
  const lines = (await terminal.readInput()).split('\n').map((line) => line.replace(/\r$/, ''));
  const found = new Map<string, Secret>();
  for (const [index, name] of wanted.entries()) {
    const line = lines[index];
    if (line === undefined || line === '')
      return fail(
        appError(
          'INPUT_INVALID',
          `Standard input has no line ${index + 1} for --${name}.`,
          `Secrets come one per line, in this order: ${wanted.map((one) => `--${one}`).join(', ')}.`,
        ),
      );
    found.set(name, new Secret(line));
  }
  return succeed({
    ...named('vaultPassphrase', found.get('vault-passphrase-stdin')),
    ...named('sudoPassword', found.get('sudo-password-stdin')),
    ...named('password', found.get('password-stdin')),
    ...named('keyPassphrase', found.get('key-passphrase-stdin')),
    ...named('nodePassword', found.get('node-password-stdin')),
    ...named('newPassphrase', found.get('new-passphrase-stdin')),
    ...named('authorityPassphrase', found.get('authority-passphrase-stdin')),
    ...named('userPassword', found.get('user-password-stdin')),
  });
}

function nodeLoginComplete(options: Options): Result<void> {
  const user = options['node-login'];
  if ((user !== undefined) !== (options['node-password-stdin'] === true))
    return fail(usage('--node-login USER and --node-password-stdin are given together'));
  return user === undefined || nodeUserSchema.safeParse(user).success
    ? succeed(undefined)
    : fail(usage(`--node-login ${JSON.stringify(user)} is not the name of a user of Elasticsearch`));
}

function named<K extends keyof GivenSecrets>(key: K, value: Secret | undefined): Pick<GivenSecrets, K> {
  return (value === undefined ? {} : { [key]: value }) as Pick<GivenSecrets, K>;
}
