/** Reads the operator's `~/.ssh/config` for host drafts: the plain part of it; what is not understood is named, not guessed. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../shared/domain/host.ts';

export type HostDraft = Omit<Host, 'id'>;

interface Block {
  readonly names: readonly string[];
  readonly options: Map<string, string>;
}

export function expandHome(path: string): string {
  const bare = path.replace(/^"(.*)"$/, '$1');
  return bare.startsWith('~/') ? join(homedir(), bare.slice(2)) : bare;
}

/** Patterns (`*`, `?`, `!`) give defaults to others and are no hosts themselves. */
function isPattern(name: string): boolean {
  return /[*?!]/.test(name);
}

function matches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

export function draftsFromSshConfig(
  text: string,
  defaultUser: string,
): { drafts: HostDraft[]; ignored: string[] } {
  const blocks: Block[] = [];
  const ignored: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const found = /^(\S+?)(?:\s*=\s*|\s+)(.+)$/.exec(line);
    if (found === null) continue;
    const keyword = (found[1] ?? '').toLowerCase();
    const value = found[2] ?? '';
    if (keyword === 'host') blocks.push({ names: value.split(/\s+/), options: new Map() });
    else if (keyword === 'match' || keyword === 'include') {
      ignored.push(`Line ${index + 1}: "${keyword}" is not read.`);
      if (keyword === 'match') blocks.push({ names: [], options: new Map() });
    } else {
      const block = blocks.at(-1);
      if (block !== undefined && !block.options.has(keyword)) block.options.set(keyword, value);
    }
  }
  const drafts: HostDraft[] = [];
  for (const name of new Set(blocks.flatMap((block) => block.names.filter((entry) => !isPattern(entry))))) {
    const option = (keyword: string): string | undefined =>
      blocks
        .find((block) => block.names.some((pattern) => matches(pattern, name)) && block.options.has(keyword))
        ?.options.get(keyword);
    if (option('proxyjump') !== undefined || option('proxycommand') !== undefined) {
      ignored.push(`${name}: it is reached through another host, which this version cannot do.`);
      continue;
    }
    const port = Number.parseInt(option('port') ?? '22', 10);
    const identity = option('identityfile');
    drafts.push({
      name,
      address: (option('hostname') ?? name).replaceAll('%h', name),
      port: Number.isInteger(port) && port > 0 && port < 65536 ? port : 22,
      user: option('user') ?? defaultUser,
      roles: ['elasticsearch'],
      login:
        identity === undefined ? { method: 'agent' } : { method: 'key-file', path: expandHome(identity) },
      sudo: 'passwordless',
    });
  }
  return { drafts, ignored };
}
