/** A host as options describe it, and the hosts of a workspace that options name. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { appError } from '../../shared/domain/error.ts';
import type { Host, LoginMethod } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { OpenWorkspace } from '../service/open-workspace.ts';
import { parseAddress } from './address.ts';
import { type Options, usage } from './options.ts';

function loginOf(options: Options): Result<LoginMethod> {
  if (options.identity !== undefined) {
    const path = resolve(options.identity);
    if (existsSync(path)) return succeed({ method: 'key-file', path });
    return fail(
      appError('SSH_KEY_FILE', `The key file ${path} does not exist.`, 'Give a private key with --identity.'),
    );
  }
  const method = options.login ?? (options['password-stdin'] === true ? 'password' : 'agent');
  switch (method) {
    case 'agent':
    case 'password':
    case 'keyboard-interactive':
      return succeed({ method });
    default:
      return fail(usage('--login is agent, password or keyboard-interactive'));
  }
}

function sudoOf(options: Options, user: string): Result<Host['sudo']> {
  const sudo =
    options.sudo ??
    (user === 'root' ? 'none' : options['sudo-password-stdin'] === true ? 'password' : 'passwordless');
  return sudo === 'none' || sudo === 'passwordless' || sudo === 'password'
    ? succeed(sudo)
    : fail(usage('--sudo is none, passwordless or password'));
}

/** From exactly one `--host user@address[:port]`. */
export function hostDraft(options: Options): Result<Omit<Host, 'id'>> {
  const given = options.host ?? [];
  if (given.length !== 1) return fail(usage('Give one --host user@address[:port]'));
  const address = parseAddress(given[0] ?? '');
  if (!address.ok) return address;
  const login = loginOf(options);
  if (!login.ok) return login;
  const sudo = sudoOf(options, address.value.user);
  if (!sudo.ok) return sudo;
  return succeed({
    name: options.name ?? address.value.address,
    address: address.value.address,
    port: address.value.port,
    user: address.value.user,
    roles: ['elasticsearch'],
    login: login.value,
    sudo: sudo.value,
  });
}

/** Hosts named by `--host` (name, id or address); all of them without it. */
export function chosenHosts(workspace: OpenWorkspace, options: Options): Result<readonly Host[]> {
  const all = workspace.file().hosts;
  if (all.length === 0)
    return fail(
      appError(
        'NOT_FOUND',
        'This workspace has no hosts.',
        'Add one with: bulwark hosts add --host user@address.',
      ),
    );
  const chosen: Host[] = [];
  for (const wanted of options.host ?? []) {
    const found = all.filter((host) => [host.name, host.id, host.address].includes(wanted));
    const first = found[0];
    if (first === undefined || found.length > 1)
      return fail(
        appError(
          'NOT_FOUND',
          first === undefined
            ? `There is no host ${wanted} in this workspace.`
            : `${found.length} hosts of this workspace are called ${wanted}.`,
          `Hosts are: ${all.map((host) => host.name).join(', ')}.`,
        ),
      );
    if (!chosen.includes(first)) chosen.push(first);
  }
  return succeed(chosen.length === 0 ? all : chosen);
}
