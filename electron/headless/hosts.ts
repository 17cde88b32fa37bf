/** `bulwark hosts`: adds, lists and removes the hosts of a workspace. Reaches none of them. */
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { Command, Output } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { chosenHosts, hostDraft } from './host-options.ts';
import { inWorkspace, type Options, usage } from './options.ts';
import { plain } from './words.ts';

async function add({ service }: Headless, options: Options): Promise<Result<Output>> {
  const draft = hostDraft(options);
  if (!draft.ok) return draft;
  const added = await service.handlers.hosts.add({ draft: draft.value });
  if (!added.ok) return added;
  return succeed({
    exitCode: exitCodes.done,
    data: { hostId: added.value.hostId },
    text: added.value.hostId,
  });
}

function list({ service }: Headless): Result<Output> {
  const hosts = service.context.store.get().hosts.map((state) => ({
    id: state.host.id,
    name: state.host.name,
    address: state.host.address,
    port: state.host.port,
    user: state.host.user,
    login: state.host.login,
    sudo: state.host.sudo,
    lastAssessed: state.latest?.finishedAt ?? null,
    history: state.history,
    interrupted: state.interrupted,
  }));
  return succeed({
    exitCode: exitCodes.done,
    data: { hosts },
    text: plain(
      hosts
        .flatMap((host) => [
          `${host.id}  ${host.name}  ${host.user}@${host.address}:${host.port}  assessed: ${host.lastAssessed ?? 'never'}`,
          ...host.history.map(
            (item) => `  ${item.result.padEnd(10)} ${item.planId}/${item.stepId}  ${item.title}`,
          ),
          ...host.interrupted.map((item) => `  interrupted: ${item.planId}/${item.stepId}  ${item.title}`),
        ])
        .join('\n'),
    ),
  });
}

async function remove(headless: Headless, options: Options): Promise<Result<Output>> {
  if (options.host === undefined) return fail(usage('Say which with --host NAME'));
  const hosts = chosenHosts(headless.workspace, options);
  if (!hosts.ok) return hosts;
  for (const { id } of hosts.value) await headless.service.handlers.hosts.remove({ hostId: id });
  return succeed({
    exitCode: exitCodes.done,
    data: { removed: hosts.value.map(({ id }) => id) },
    text: '',
  });
}

export const hostsCommand: Command = {
  name: 'hosts',
  summary: 'Add, list and remove the hosts of a workspace.',
  usage: [
    'bulwark hosts add --workspace NAME --host user@address[:port] [--identity FILE | --login METHOD] [--name NAME] [--sudo KIND]',
    'bulwark hosts list --workspace NAME [--json]',
    'bulwark hosts remove --workspace NAME --host NAME',
  ],
  options: [...inWorkspace, 'host', 'identity', 'login', 'sudo', 'name'],
  async run({ options, words }, terminal) {
    const [what, more] = words;
    if (more !== undefined || (what !== 'add' && what !== 'list' && what !== 'remove'))
      return fail(usage('Say add, list or remove'));
    return await onWorkspace(options, terminal, async (headless) => {
      if (what === 'list') return list(headless);
      return what === 'add' ? await add(headless, options) : await remove(headless, options);
    });
  },
};
