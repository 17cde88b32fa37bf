/** One line of a known_hosts file, as sshd(8) describes the format under "SSH_KNOWN_HOSTS FILE FORMAT". */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { keyType } from './host-key.ts';

export interface KnownHostsLine {
  readonly marker: 'none' | 'revoked' | 'cert-authority' | 'unknown';
  /** The host field as written: comma-separated patterns, or one hashed name. */
  readonly hosts: string;
  readonly type: string;
  readonly blob: Uint8Array;
}

/** The name under which a host is kept: `host` on port 22, `[host]:port` elsewhere; always lower case. */
export function knownHostsName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Undefined for comments, blank lines and lines that make no sense; those are kept in the file and ignored. */
export function parseKnownHostsLine(line: string): KnownHostsLine | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const words = text.split(/[ \t]+/);
  const marked = words[0]?.startsWith('@') === true;
  const [hosts, type, encoded] = marked ? words.slice(1) : words;
  if (hosts === undefined || type === undefined || encoded === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const blob = new Uint8Array(Buffer.from(encoded, 'base64'));
  if (keyType(blob) !== type) return undefined;
  return { marker: marked ? markerOf(words[0] ?? '') : 'none', hosts, type, blob };
}

function markerOf(word: string): KnownHostsLine['marker'] {
  if (word === '@revoked') return 'revoked';
  if (word === '@cert-authority') return 'cert-authority';
  return 'unknown';
}

/** Whether the line speaks about `name` (see `knownHostsName`). A negated pattern that matches outweighs all others. */
export function matchesName(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return matchesHash(hosts, name);
  let matched = false;
  for (const written of hosts.toLowerCase().split(',')) {
    const negated = written.startsWith('!');
    if (!matchesPattern(negated ? written.slice(1) : written, name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function matchesHash(hosts: string, name: string): boolean {
  const [, version, salt, digest] = hosts.split('|');
  if (version !== '1' || salt === undefined || digest === undefined) return false;
  const expected = Buffer.from(digest, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` stands for any run of characters, `?` for one. Linear in practice: one backtrack point, never nested. */
function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let retry = 0;
  while (at < name.length) {
    const sign = pattern[inPattern];
    if (sign === '*') {
      star = inPattern;
      retry = at;
      inPattern += 1;
    } else if (sign === '?' || (sign !== undefined && sign === name[at])) {
      inPattern += 1;
      at += 1;
    } else if (star >= 0) {
      inPattern = star + 1;
      retry += 1;
      at = retry;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1;
  return inPattern === pattern.length;
}

/** The hashed form of a name, with a fresh salt. */
export function hashName(name: string, salt: Uint8Array = randomBytes(20)): string {
  const digest = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${Buffer.from(salt).toString('base64')}|${digest}`;
}

export function formatKnownHostsLine(name: string, blob: Uint8Array, hashed: boolean): string {
  const type = keyType(blob) ?? 'unknown';
  return `${hashed ? hashName(name) : name} ${type} ${Buffer.from(blob).toString('base64')}`;
}

/** The line without a name, byte for byte otherwise. Undefined when it spoke of nothing else. Only keys of hosts are touched. */
export function withoutName(line: string, name: string): string | undefined {
  const parsed = parseKnownHostsLine(line);
  if (parsed?.marker !== 'none') return line;
  if (parsed.hosts.startsWith('|')) return matchesName(parsed.hosts, name) ? undefined : line;
  const names = parsed.hosts.split(',');
  const kept = names.filter((written) => written.toLowerCase() !== name);
  if (kept.length === names.length) return line;
  // What is left of negations alone would match nobody.
  if (kept.every((written) => written.startsWith('!'))) return undefined;
  return line.replace(parsed.hosts, () => kept.join(','));
}
