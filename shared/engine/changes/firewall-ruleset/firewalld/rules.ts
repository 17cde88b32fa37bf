/** Bulwark's rich rules for a zone of firewalld (firewalld.richlanguage(5)) and for the zone's file (firewalld.zone(5)). */
import type { FirewallChange } from '../backend.ts';
import { doorsOf, type Family } from '../doors.ts';

/** Asked before the zone's own rules, which have priority 0 unless somebody chose another. */
const chosenFirst = -31900;
const thenClosed = -31800;
/** Finds Bulwark's rules in what firewall-cmd lists. */
export const ours = `^rule priority="(${chosenFirst}|${thenClosed})" `;

interface Rule {
  readonly family: Family;
  readonly from?: string;
  readonly ports: string;
}

function rulesOf(change: FirewallChange): readonly Rule[] | undefined {
  const all: Rule[] = [];
  for (const family of [4, 6] as const) {
    const doors = doorsOf(change, family);
    if (doors === undefined) {
      return undefined;
    }
    all.push(
      ...doors.chosen.flatMap(({ port, from }) =>
        from.map((one): Rule => ({ family, from: one, ports: String(port) })),
      ),
      ...doors.closed.map(
        ([first, last]): Rule => ({ family, ports: first === last ? String(first) : `${first}-${last}` }),
      ),
    );
  }
  return all;
}

/** As firewalld itself lists it. */
function richRule({ family, from, ports }: Rule): string {
  return from === undefined
    ? `rule priority="${thenClosed}" family="ipv${family}" port port="${ports}" protocol="tcp" drop`
    : `rule priority="${chosenFirst}" family="ipv${family}" source address="${from}" port port="${ports}" protocol="tcp" accept`;
}

/** One rule a line, sorted. Undefined when a source is not an address or range. */
export function richRules(change: FirewallChange): string | undefined {
  const rules = rulesOf(change);
  return rules === undefined ? undefined : sorted(rules.map(richRule));
}

export function sorted(lines: readonly string[]): string {
  return [...new Set(lines)]
    .filter((line) => line !== '')
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

/** As firewalld itself writes it into a zone's file. */
function xmlOf({ family, from, ports }: Rule): string {
  return [
    `  <rule family="ipv${family}" priority="${from === undefined ? thenClosed : chosenFirst}">`,
    ...(from === undefined ? [] : [`    <source address="${from}"/>`]),
    `    <port port="${ports}" protocol="tcp"/>`,
    `    <${from === undefined ? 'drop' : 'accept'}/>`,
    '  </rule>',
    '',
  ].join('\n');
}

const ownXml = new RegExp(
  `[ \\t]*<rule (?=[^>]*priority="(?:${chosenFirst}|${thenClosed})")[^>]*>(?:(?!</rule>)[\\s\\S])*</rule>[ \\t]*\\n?`,
  'g',
);

/**
 * A zone's file with Bulwark's rules at its end; every other byte stays. Undefined when the text is no zone, or a source is
 * not an address or range.
 */
export function withZoneRules(text: string, change: FirewallChange): string | undefined {
  const rules = rulesOf(change);
  const plain = text.replace(ownXml, '');
  const end = plain.lastIndexOf('</zone>');
  if (rules === undefined || end < 0) {
    return undefined;
  }
  const before = plain.slice(0, end);
  const head = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  const whole = `${head}${rules.map(xmlOf).join('')}${plain.slice(end)}`;
  const same = (left: string, right: string) =>
    JSON.stringify([...(left.match(ownXml) ?? [])].map((one) => one.trim()).sort()) ===
    JSON.stringify([...(right.match(ownXml) ?? [])].map((one) => one.trim()).sort());
  // firewalld writes the file anew, in an order of its own, whenever somebody changes the zone for good.
  return same(text, whole) ? text : whole;
}

/**
 * Takes Bulwark's rules out of a zone's file, on the host itself. Fails where they do not stand on lines of their own, as
 * firewalld writes them.
 */
export const clearProgram = `awk '
  /<rule [^>]*priority="(${chosenFirst}|${thenClosed})"/ {
    if (own || $0 !~ /^[ \t]*<rule [^>]*>[ \t]*$/) exit (bad = 3)
    own = 1; next
  }
  own && /<\\/rule>/ {
    if ($0 !~ /^[ \t]*<\\/rule>[ \t]*$/) exit (bad = 3)
    own = 0; next
  }
  own { next }
  { print }
  END { exit bad ? bad : own ? 3 : 0 }'
`;
