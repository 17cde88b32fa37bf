/** `bulwark administrator create|remove USER`: a person's own user in the cluster, so that `elastic` can rest. */
import { personalRoleSchema, personalUserSchema } from '../../shared/domain/personal-user.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { createAdministrator, personalRef, removeAdministrator } from '../service/personal-administrator.ts';
import type { Command, Output } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { chosenHosts } from './host-options.ts';
import { connecting, inWorkspace, type Options, type Parsed, usage } from './options.ts';
import { plain } from './words.ts';

interface Wish {
  readonly create: boolean;
  readonly user: string;
  readonly role: string;
}

export function wishOf({ words, options }: Parsed): Result<Wish> {
  const [action, user, more] = words;
  if ((action !== 'create' && action !== 'remove') || user === undefined || more !== undefined)
    return fail(usage('Say create USER or remove USER'));
  if (!personalUserSchema.safeParse(user).success)
    return fail(usage(`${JSON.stringify(user)} is no name for a user of a person, or a reserved one`));
  const create = action === 'create';
  if (!create && (options.role !== undefined || options['user-password-stdin'] === true))
    return fail(usage('--role and --user-password-stdin go with create'));
  const role = options.role ?? 'superuser';
  return personalRoleSchema.safeParse(role).success
    ? succeed({ create, user, role })
    : fail(usage(`--role ${JSON.stringify(role)} is not the name of a role`));
}

async function work(headless: Headless, options: Options, wish: Wish): Promise<Result<Output>> {
  const { service, workspace, secrets } = headless;
  const hosts = chosenHosts(workspace, options);
  if (!hosts.ok) return hosts;
  const [host, ...others] = hosts.value;
  if (host === undefined || others.length > 0)
    return fail(usage('Name one host: --host NAME. Users are those of its whole cluster.'));
  const { create, user, role } = wish;
  headless.give([host]);
  const person = { hostId: host.id, user };
  const done = await headless.run('node-login', `${create ? 'Make' : 'Remove'} ${user}`, (handle) =>
    create
      ? createAdministrator(service.context, workspace, { ...person, role }, handle, secrets.userPassword)
      : removeAdministrator(service.context, workspace, person, handle),
  );
  if (!done.ok) return done;
  return succeed({
    exitCode: exitCodes.done,
    data: create ? { user, role, secret: personalRef(host.id, user) } : { user, removed: true },
    text: plain(
      create
        ? `Made the user ${user} with the role ${role}, and logged in as it. Its password is in the vault; the app shows it on purpose. Bulwark logs in as ${user} from now on.`
        : `Deleted the user ${user} and forgot its password.`,
    ),
  });
}

export const administratorCommand: Command = {
  name: 'administrator',
  summary: 'Make a person’s own user in the cluster, so that elastic can rest, or remove it again.',
  usage: [
    'bulwark administrator create USER --workspace NAME --host NAME [--role ROLE] [--user-password-stdin] --vault-passphrase-stdin [--json]',
    'bulwark administrator remove USER --workspace NAME --host NAME --vault-passphrase-stdin [--json]',
  ],
  options: [...connecting, ...inWorkspace, 'role', 'user-password-stdin'],
  async run(parsed, terminal) {
    const wish = wishOf(parsed);
    if (!wish.ok) return wish;
    return await onWorkspace(parsed.options, terminal, (headless) =>
      work(headless, parsed.options, wish.value),
    );
  },
};
