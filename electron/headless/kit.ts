/** `bulwark kit`: what a host keeps so that changes can be taken back there by hand. Reads only. */
import { handUndoCommand } from '../../shared/domain/hand-undo.ts';
import { fail, succeed } from '../../shared/domain/result.ts';
import { readKit } from '../../shared/engine/hand-undo/kit.ts';
import type { Command } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { onWorkspace } from './headless-service.ts';
import { chosenHosts } from './host-options.ts';
import { connecting, inWorkspace, usage } from './options.ts';
import { plain } from './words.ts';

export const kitCommand: Command = {
  name: 'kit',
  summary: 'Show what the hosts keep for taking changes back by hand.',
  usage: ['bulwark kit --workspace NAME [--host NAME …] [--json]'],
  options: [...connecting, ...inWorkspace],
  async run({ options, words }, terminal) {
    if (words.length > 0) return fail(usage(`Unexpected ${words[0] ?? ''}`));
    return await onWorkspace(options, terminal, async (headless) => {
      const chosen = chosenHosts(headless.workspace, options);
      if (!chosen.ok) return chosen;
      headless.give(chosen.value);
      const hosts = [];
      for (const host of chosen.value) {
        const items = await headless.workspace.connections.withSession(
          host.id,
          terminal.signal,
          async (session) => await readKit(session, terminal.signal),
        );
        if (!items.ok) return items;
        hosts.push({ hostId: host.id, name: host.name, items: items.value });
      }
      const lines = hosts.flatMap(({ name, items }) => [
        `${name}: ${items.length === 0 ? 'nothing is kept' : handUndoCommand}`,
        ...items.flatMap((item) => [
          `  ${item.state.padEnd(9)} ${item.at}  ${item.operator}  ${item.title}`,
          ...(item.notByHand === undefined ? [] : [`            not by hand: ${item.notByHand}`]),
        ]),
      ]);
      return succeed({
        exitCode: exitCodes.done,
        data: { command: handUndoCommand, hosts: hosts.map(({ hostId, items }) => ({ hostId, items })) },
        text: plain(lines.join('\n')),
      });
    });
  },
};
