/** Bulwark's rules in the files of ufw, in the very form in which ufw writes them itself (seen with ufw 0.36.2). */
import type { FirewallChange } from '../backend.ts';
import { doorsOf, type Family } from '../doors.ts';

const mark = 'Bulwark: ';

function hex(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function chainOf(family: Family): string {
  return family === 4 ? 'ufw-user-input' : 'ufw6-user-input';
}

interface Rule {
  readonly action: 'allow' | 'deny';
  readonly ports: string;
  readonly from?: string;
  readonly label: string;
}

function linesOf({ action, ports, from, label }: Rule, family: Family): readonly string[] {
  const any = family === 4 ? '0.0.0.0/0' : '::/0';
  const match = ports.includes(':') ? `-m multiport --dports ${ports}` : `--dport ${ports}`;
  return [
    `### tuple ### ${action} tcp ${ports} ${any} any ${from ?? any} in comment=${hex(mark + label)}`,
    `-A ${chainOf(family)} -p tcp ${match}${from === undefined ? '' : ` -s ${from}`} -j ${action === 'allow' ? 'ACCEPT' : 'DROP'}`,
    '',
  ];
}

/** Undefined when a source is not an address or range. */
export function ufwRules(change: FirewallChange, family: Family): readonly string[] | undefined {
  const doors = doorsOf(change, family);
  return doors === undefined
    ? undefined
    : [
        ...doors.chosen.flatMap(({ port, from, label }) =>
          from.map((one): Rule => ({ action: 'allow', ports: String(port), from: one, label })),
        ),
        ...doors.closed.map(
          ([first, last]): Rule => ({
            action: 'deny',
            ports: first === last ? String(first) : `${first}:${last}`,
            label: 'everything else over TCP',
          }),
        ),
      ].flatMap((rule) => linesOf(rule, family));
}

const ourTuple = new RegExp(`^### tuple ### .* comment=${hex(mark)}`);

/** The file without Bulwark's rules: each is its tuple, the rules below it, and an empty line. */
function without(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let inOurs = false;
  for (const line of lines) {
    if (ourTuple.test(line)) {
      inOurs = true;
      continue;
    }
    if (inOurs && (line === '' || line.startsWith('-A '))) {
      inOurs = line !== '';
      continue;
    }
    inOurs = false;
    kept.push(line);
  }
  return kept;
}

/** The same on the host itself. */
export const clearProgram = `awk -v ours=' comment=${hex(mark)}' '
  /^### tuple ### / && index($0, ours) { own = 1; next }
  own && ($0 == "" || /^-A /) { own = ($0 != ""); next }
  { own = 0; print }'
`;

/**
 * A rule file of ufw with Bulwark's rules after the bans at its top and before the first rule that lets somebody in, so that
 * bans stay ahead. Undefined when the file is not as ufw writes it.
 */
export function withUfwRules(text: string, rules: readonly string[]): string | undefined {
  const lines = without(text.split('\n'));
  const begin = lines.indexOf('### RULES ###');
  const end = lines.indexOf('### END RULES ###');
  if (begin < 0 || end < begin) {
    return undefined;
  }
  const first = lines.findIndex(
    (line, index) =>
      index > begin && index < end && /^### tuple ### (?:allow|limit)(?:_log(?:-all)?)? /.test(line),
  );
  const at = first < 0 ? end : first;
  return [...lines.slice(0, at), ...rules, ...lines.slice(at)].join('\n');
}

/** The part of a rule file that concerns what comes in, whole for iptables-restore, nothing else touched. */
export function inboundPart(text: string, family: Family): string {
  const chain = chainOf(family);
  const rules = text.split('\n').filter((line) => line.startsWith(`-A ${chain} `));
  return chainText(rules, family);
}

/** Replaces the rules of ufw's chain in one transaction, nothing else touched. */
export function chainText(rules: readonly string[], family: Family): string {
  return ['*filter', `:${chainOf(family)} - [0:0]`, ...rules, 'COMMIT', ''].join('\n');
}
