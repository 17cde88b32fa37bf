import { dirname, join } from 'node:path';
import type { LabHost } from './index.ts';

/**
 * How a host that is up is entered, as lines to paste: a login, and an assessment of it by Bulwark. The password for sudo comes from
 * the lab's own file, which ends without a line end, as standard input may.
 */
export function howToReach(
  host: Pick<LabHost, 'name' | 'identityFile' | 'knownHostsFile' | 'user' | 'address'>,
  asksForSudoPassword: boolean,
): readonly string[] {
  const { name, identityFile, knownHostsFile, user, address } = host;
  const password = join(dirname(identityFile), `${user}.password`);
  const sudo = asksForSudoPassword ? ` --sudo-password-stdin < ${quoted(password)}` : '';
  return [
    `${name}: ssh -i ${quoted(identityFile)} -o UserKnownHostsFile=${quoted(knownHostsFile)} ${user}@${address}`,
    `  assess it: npm run bulwark -- assess --host ${user}@${address} --identity ${quoted(identityFile)} --known-hosts ${quoted(knownHostsFile)}${sudo}`,
  ];
}

/** For a shell; left as it is where nothing in it means anything to one. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
