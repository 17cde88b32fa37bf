/** The rules of Bulwark's own nftables table as text. Nothing that was not checked gets into it. */
import type { ChangeOf } from '../../../../domain/change.ts';
import { readSources, type Sources } from '../sources.ts';

type Change = ChangeOf<'firewall-ruleset'>;

export const table = 'inet bulwark';
export const rulesFile = '/etc/nftables.d/bulwark.nft';
export const includeLine = `include "${rulesFile}"`;

/** Removes the table, whether it is there or not, in one transaction. */
export const dropTable = `add table ${table}\ndelete table ${table}\n`;

function setOf(name: string, type: string, elements: readonly string[]): readonly string[] {
  return elements.length === 0
    ? []
    : [
        `\tset ${name} {`,
        `\t\ttype ${type}`,
        '\t\tflags interval',
        '\t\tauto-merge',
        `\t\telements = { ${elements.join(', ')} }`,
        '\t}',
        '',
      ];
}

interface Door {
  readonly name: string;
  readonly port: number;
  readonly sources: Sources;
  readonly label: string;
}

function rulesOf({ name, port, sources, label }: Door): readonly string[] {
  const end = `accept comment "${label
    .replace(/[^A-Za-z0-9._:/-]+/g, ' ')
    .trim()
    .slice(0, 100)}"`;
  const four = sources.any4
    ? [`\t\tmeta nfproto ipv4 tcp dport ${port} ${end}`]
    : sources.v4.length > 0
      ? [`\t\tip saddr @${name}_v4 tcp dport ${port} ${end}`]
      : [];
  const six = sources.any6
    ? [`\t\tmeta nfproto ipv6 tcp dport ${port} ${end}`]
    : sources.v6.length > 0
      ? [`\t\tip6 saddr @${name}_v6 tcp dport ${port} ${end}`]
      : [];
  return [...four, ...six];
}

/**
 * The table with an input chain that drops what is not listed. Its own table leaves the administrator's rules as they are:
 * a packet must pass both. Undefined when a source is not an address or range.
 */
export function rulesText(change: Change): string | undefined {
  const operators = readSources(change.operatorSources);
  if (operators === undefined) {
    return undefined;
  }
  const doors: Door[] = [
    { name: 'operators', port: change.sshPort, sources: operators, label: 'SSH for operators' },
  ];
  for (const { port, from, label } of [...change.allow].sort((left, right) => left.port - right.port)) {
    const sources = readSources(from);
    if (sources === undefined) {
      return undefined;
    }
    doors.push({ name: `port_${port}`, port, sources, label });
  }
  const sets = doors.flatMap(({ name, sources }) => [
    ...(sources.any4 ? [] : setOf(`${name}_v4`, 'ipv4_addr', sources.v4)),
    ...(sources.any6 ? [] : setOf(`${name}_v6`, 'ipv6_addr', sources.v6)),
  ]);
  return [
    `table ${table} {`,
    ...sets,
    '\tchain input {',
    '\t\ttype filter hook input priority -10; policy drop;',
    '\t\tct state established,related accept',
    '\t\tiif "lo" accept',
    // Elasticsearch speaks TCP. Closing more would shut out who comes through a VPN on this host (UDP, ESP), and break address
    // assignment, neighbour discovery, time and failover protocols that no list of ours knows.
    '\t\tmeta l4proto != tcp accept comment "only TCP is filtered"',
    ...doors.flatMap(rulesOf),
    '\t}',
    '}',
    '',
  ].join('\n');
}

/** What is loaded: atomic, repeatable, and never touching another table. */
export function loadText(rules: string): string {
  return `${dropTable}${rules}`;
}

/** The host's own configuration with our line at its end; unchanged when it is there. */
export function withInclude(text: string): string {
  if (text.split(/\r?\n/).some((line) => line.trim() === includeLine)) {
    return text;
  }
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${includeLine}\n`;
}
