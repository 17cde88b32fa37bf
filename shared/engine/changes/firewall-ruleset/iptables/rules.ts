/** Bulwark's own chain for iptables, as text. Nothing that was not checked gets into it. */
import type { FirewallChange } from '../backend.ts';
import { doorsOf, type Family } from '../doors.ts';
import type { Both } from '../netfilter.ts';

export const chain = 'bulwark';
export const jump = `-A INPUT -j ${chain}`;
/** Finds every line that is Bulwark's in what iptables-save prints. */
export const ours = `^:${chain} |^-A ${chain} |^-A INPUT -j ${chain}$`;

const whole = new RegExp(ours);

function isOurs(line: string): boolean {
  return whole.test(line);
}

/**
 * The rules of the chain. What it lets pass goes on to the administrator's own rules, so the chain only ever closes.
 * Undefined when a source is not an address or range.
 */
export function chainRules(change: FirewallChange, family: Family): readonly string[] | undefined {
  const doors = doorsOf(change, family);
  if (doors === undefined) {
    return undefined;
  }
  // As iptables-save writes them, so that a file which it wrote anew still holds the same lines.
  const quoted = (label: string) => (/[^A-Za-z0-9]/.test(label) || label === '' ? `"${label}"` : label);
  const whole = (source: string) => (source.includes('/') ? source : `${source}/${family === 4 ? 32 : 128}`);
  const pass = (match: string, port: number, label: string) =>
    `-A ${chain} ${match}-p tcp -m tcp --dport ${port} -m comment --comment ${quoted(label)} -j RETURN`;
  return [
    `-A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    `-A ${chain} -i lo -j RETURN`,
    `-A ${chain} ! -p tcp -j RETURN`,
    ...doors.chosen.flatMap(({ port, from, label }) =>
      from.map((one) => pass(`-s ${whole(one)} `, port, label)),
    ),
    ...doors.left.map(({ port, label }) => pass('', port, label)),
    `-A ${chain} -j DROP`,
  ];
}

/** What stands beside the chain in a table of its own, to be tried. */
export function aloneText(lines: readonly string[]): string {
  return lines.length === 0 ? '*filter\nCOMMIT\n' : `*filter\n${lines.join('\n')}\nCOMMIT\n`;
}

/** All lines of Bulwark's for a file or a table: chain, jump, rules. */
export function ownLines(rules: readonly string[]): readonly string[] {
  return [`:${chain} - [0:0]`, jump, ...rules];
}

/** Bulwark's lines of a saved file. */
export function ownLinesOf(text: string): readonly string[] {
  return text.split('\n').filter(isOurs);
}

/** Takes Bulwark's lines out of a saved file, on the host itself. */
export const clearProgram = `grep -vE '${ours}' || [ $? -eq 1 ]\n`;

/** iptables-save puts the rules of a chain together, but keeps their order within it. */
function sameLines(left: readonly string[], right: readonly string[]): boolean {
  const within = (lines: readonly string[]) =>
    [
      ...lines.filter((line) => !line.startsWith(`-A ${chain} `)).sort(),
      ...lines.filter((line) => line.startsWith(`-A ${chain} `)),
    ].join('\n');
  return within(left) === within(right);
}

const emptyFilter = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';

/** A saved file with Bulwark's lines first among the filter rules; every other line stays as it is. */
export function withOwnLines(text: string, rules: readonly string[]): string {
  const there = ownLinesOf(text);
  const first = text.split('\n').find((line) => line.startsWith('-A INPUT '));
  if (first === jump && sameLines(there, ownLines(rules))) {
    return text;
  }
  const lines = text.split('\n').filter((line) => !isOurs(line));
  const start = lines.findIndex((line) => line.trim() === '*filter');
  if (start < 0) {
    const head = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    return withOwnLines(`${head}${emptyFilter}`, rules);
  }
  let at = start + 1;
  while (at < lines.length && /^\s*(?:#.*|:.*)?$/.test(lines[at] ?? '')) {
    at += 1;
  }
  return [...lines.slice(0, at), ...ownLines(rules), ...lines.slice(at)].join('\n');
}

/**
 * Loads what the folder `$1` holds as `v4` and `v6` in one transaction per family: the rules of the chain, or nothing, then
 * the chain goes. Repeatable; runs while connected and from the guard. A table that only Bulwark made goes as well.
 */
export const loadProgram = `for f in 4 6; do
  case $f in 4) t=iptables; n=ip ;; 6) t=ip6tables; n=ip6 ;; esac
  $t-save -t filter > "$1/now" || exit 1
  {
    echo '*filter'; echo ':${chain} - [0:0]'
    grep -x -- '${jump}' "$1/now" | sed 's/^-A/-D/'
    if grep -q '^-A' "$1/v$f"; then grep '^-A' "$1/v$f"; echo '-I INPUT 1 -j ${chain}'; else echo '-X ${chain}'; fi
    echo COMMIT
  } > "$1/load" || exit 1
  $t-restore --noflush --test < "$1/load" && $t-restore --noflush < "$1/load" || exit 1
  if grep -qx '# no table' "$1/v$f" && ! $t-save -t filter | grep -Eq '^-A|^:[A-Z]+ DROP|^:[^ ]+ -'; then
    nft delete table $n filter 2>/dev/null
  fi
done
exit 0
`;

/** What `loadProgram` reads: rules of the live chain, or none. @param table whether the table is to stay when empty */
export function loadTexts(live: Both, tables: Both): Both {
  const text = (listing: string, table: string) =>
    `${listing
      .split('\n')
      .filter((line) => line.startsWith(`-A ${chain} `))
      .map((line) => `${line}\n`)
      .join('')}${table === 'yes' ? '#' : '# no table'}\n`;
  return { v4: text(live.v4, tables.v4), v6: text(live.v6, tables.v6) };
}
