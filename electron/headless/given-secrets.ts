/** Secrets that were announced by options and come on standard input, one per line, always in this order. */
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Options } from './options.ts';
import type { Terminal } from './terminal.ts';

const order = [
  'vault-passphrase-stdin',
  'sudo-password-stdin',
  'password-stdin',
  'key-passphrase-stdin',
] as const;

export interface GivenSecrets {
  readonly vaultPassphrase?: Secret;
  readonly sudoPassword?: Secret;
  readonly password?: Secret;
  readonly keyPassphrase?: Secret;
}

/** Reads standard input only when an option asks for it. INPUT_INVALID when a line is missing or empty. */
export async function readSecrets(options: Options, terminal: Terminal): Promise<Result<GivenSecrets>> {
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
  });
}

function named<K extends keyof GivenSecrets>(key: K, value: Secret | undefined): Pick<GivenSecrets, K> {
  return (value === undefined ? {} : { [key]: value }) as Pick<GivenSecrets, K>;
}
