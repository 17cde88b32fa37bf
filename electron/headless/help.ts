/** What `--help` prints. The same facts stand in docs/headless.md, held together by a test. */
import type { Command } from './command.ts';
import { optionHelp } from './option-words.ts';

/** Exit codes with what they mean, in the order in which a script wants to know them. */
export const exitCodeWords: readonly (readonly [number, string])[] = [
  [0, 'done; assess: every evaluated control passes; verify: the report is valid and its signer trusted'],
  [1, 'something fails: a control, a change, an undoing; the report is not valid'],
  [2, 'nothing fails, but something is not known: a control, a host, the signer of a report'],
  [64, 'wrong use: an option, a choice or a line of standard input'],
  [66, 'something that was named is not there or cannot be read'],
  [69, 'a host cannot be reached, or the connection was lost'],
  [70, 'a defect of Bulwark'],
  [74, 'this machine could not read or write, or its disk is full'],
  [75, 'busy, locked, or the host moved since the plan: look again, then try again'],
  [77, 'refused: host key, login, sudo, vault or a missing secret'],
  [130, 'interrupted; work stopped at a safe point'],
];

const secretsHelp = `Secrets never come by arguments or the environment. They come on standard input, one per line, always in
this order, and only those whose option is given:
  --vault-passphrase-stdin --sudo-password-stdin --password-stdin --key-passphrase-stdin --node-password-stdin
  --new-passphrase-stdin --authority-passphrase-stdin --user-password-stdin`;

function exitHelp(): string {
  return `Exit codes:\n${exitCodeWords.map(([code, words]) => `  ${String(code).padStart(3)}  ${words}`).join('\n')}`;
}

export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    'bulwark: harden self-managed Elasticsearch hosts, without a window',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'bulwark COMMAND --help says more. --json prints one JSON object, --quiet no progress.',
    '',
    secretsHelp,
    '',
    exitHelp(),
  ].join('\n');
}

export function commandHelp(command: Command): string {
  return [
    command.summary,
    '',
    ...command.usage.map((line) => `  ${line}`),
    '',
    'Options:',
    ...optionHelp([...new Set([...command.options, 'json', 'quiet', 'help'] as const)]),
    '',
    secretsHelp,
    '',
    exitHelp(),
  ].join('\n');
}
