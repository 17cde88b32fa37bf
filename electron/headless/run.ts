/** From an argument list to an exit code. Everything that varies between a shell and a test comes in. */
import { appError } from '../../shared/domain/error.ts';
import { administratorCommand } from './administrator.ts';
import { applyCommand } from './apply.ts';
import { assessCommand } from './assess.ts';
import { authorityCommand } from './authority.ts';
import { certificateCommand } from './certificate.ts';
import { type Command, tell, tellError } from './command.ts';
import { confirmRemovalCommand } from './confirm-removal.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { version } from './headless-service.ts';
import { commandHelp, generalHelp } from './help.ts';
import { hostsCommand } from './hosts.ts';
import { initCommand } from './init.ts';
import { kitCommand } from './kit.ts';
import { parseOptions, usage } from './options.ts';
import { planCommand } from './plan.ts';
import { recoverCommand } from './recover.ts';
import { reportCommand } from './report.ts';
import { rollbackCommand } from './rollback.ts';
import type { Terminal } from './terminal.ts';
import { vaultCommand } from './vault.ts';
import { verifyCommand } from './verify.ts';
import { workspaceCommand } from './workspace.ts';

export const commands: readonly Command[] = [
  assessCommand,
  planCommand,
  applyCommand,
  rollbackCommand,
  recoverCommand,
  confirmRemovalCommand,
  reportCommand,
  verifyCommand,
  initCommand,
  hostsCommand,
  workspaceCommand,
  vaultCommand,
  kitCommand,
  authorityCommand,
  certificateCommand,
  administratorCommand,
];

export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    terminal[name === undefined ? 'err' : 'out'](generalHelp(commands));
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  if (name === '--version') {
    terminal.out(`bulwark ${await version()}`);
    return exitCodes.done;
  }
  const command = commands.find((one) => one.name === name);
  // Before the options are understood it is not known how to answer: what was asked for literally decides.
  const asJson = rest.includes('--json');
  if (command === undefined)
    return tellError(usage(`There is no command ${JSON.stringify(name)}`), asJson, terminal);
  const parsed = parseOptions(rest, command.options);
  if (!parsed.ok) return tellError(parsed.error, asJson, terminal);
  const { options } = parsed.value;
  if (options.help === true) {
    terminal.out(commandHelp(command));
    return exitCodes.done;
  }
  try {
    return tell(command, options, await command.run(parsed.value, terminal), terminal);
  } catch (cause) {
    const error = appError(
      'INTERNAL',
      'Something went wrong inside Bulwark that it did not foresee.',
      'Look at the history of the host for what was done. If it happens again, report it.',
      { hostState: 'unknown', detail: cause instanceof Error ? cause.name : 'unknown' },
    );
    return tellError(error, options.json === true, terminal);
  }
}
