/** What the parsers of all fact sources share. */
import type { Fact } from '../domain/fact.ts';
import type { FileFact } from '../domain/facts.ts';
import type { ParseContext, ProbeFrame } from '../engine/fact-source.ts';
import { type Section, splitSections } from '../text/sections.ts';

const needRoot = 'Let Bulwark log in as root or use sudo on this host, then assess again.';

export function known<T>(value: T, where: string, context: ParseContext): Fact<T> {
  return { status: 'known', value, where, at: context.at };
}

export function unknown<T>(reason: string, remedy: string, where: string, context: ParseContext): Fact<T> {
  return { status: 'unknown', reason, remedy, where, at: context.at };
}

/** Unknown because the account may not look. */
export function forbidden<T>(what: string, where: string, context: ParseContext): Fact<T> {
  return context.privileged
    ? unknown(
        `${what} could not be read although Bulwark looked as root.`,
        'Look at the file system and the security module (SELinux, AppArmor) of the host.',
        where,
        context,
      )
    : unknown(`${what} can be read by root only.`, needRoot, where, context);
}

/** A fact, unless the frame tells that the probe was ended, cut off or failed. */
export function readSections<T>(
  frame: ProbeFrame,
  where: string,
  context: ParseContext,
  read: (sections: readonly Section[]) => Fact<T>,
): Fact<T> {
  if (frame.timedOut) {
    return unknown(
      `Reading ${where} took too long and was ended.`,
      'Look for a file system that does not answer on this host, then assess again.',
      where,
      context,
    );
  }
  if (frame.truncated) {
    return unknown(
      `${where} is larger than Bulwark reads.`,
      'Tell us about it: nothing is judged on half of it.',
      where,
      context,
    );
  }
  if (frame.exitCode === noElasticsearch) {
    return unknown(
      'No Elasticsearch was found on this host.',
      'If there is one, start it, then assess again.',
      where,
      context,
    );
  }
  if (frame.exitCode === notLooked) {
    return unknown(
      'Looking for Elasticsearch took too long and was ended.',
      'Look for a file system that does not answer on this host, then assess again.',
      where,
      context,
    );
  }
  if (frame.exitCode !== 0)
    return {
      status: 'error',
      reason: `Reading ${where} failed with exit code ${frame.exitCode}.`,
      where,
      at: context.at,
    };
  return read(splitSections(new TextDecoder().decode(frame.output)));
}

/** Exit code with which a probe says that it has nothing to look at. */
export const noElasticsearch = 41;
/** Exit code with which a probe says that the search for Elasticsearch did not come to its end. */
export const notLooked = 42;
/** First line of probes that look at Elasticsearch's own things. */
export const needsElasticsearch = `[ -n "$ES_HOME" ] || { [ "$ES_FOUND" = yes ] && exit ${noElasticsearch}; exit ${notLooked}; }\n`;

export function body(sections: readonly Section[], name: string): string {
  return sections.find((section) => section.name === name)?.body ?? '';
}

/** A line of `stat -c '%F|%U|%G|%a|%s|%n'`. */
export const statFormat = '%F|%U|%G|%a|%s|%n';

export function parseStat(line: string): FileFact | undefined {
  const match = /^([^|]+)\|([^|]*)\|([^|]*)\|([0-7]{1,4})\|(\d+)\|(\/.*)$/.exec(line);
  if (!match) return undefined;
  const [, kind = '', owner = '', group = '', mode = '', size = '', path = ''] = match;
  const type =
    kind === 'directory'
      ? 'directory'
      : kind === 'symbolic link'
        ? 'symlink'
        : kind.startsWith('regular')
          ? 'file'
          : 'other';
  return { path, type, owner, group, mode: mode.padStart(4, '0'), size: Number(size) };
}
