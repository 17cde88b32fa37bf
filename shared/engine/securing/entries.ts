/**
 * What lies in a configuration directory, so that an edit by somebody else is noticed: the directory is exchanged as a whole,
 * and whatever came into it meanwhile would go with the old one.
 */
import { type Result, succeed } from '../../domain/result.ts';
import type { ChangeContext } from '../change-kind.ts';
import { prelude, runChecked, textOf } from '../host-script.ts';

/** Prints owner, mode, type and content of everything below $1, a line each. */
export const entriesShell = `entries() {
  (cd -- "$1" && {
    find . -exec stat -c '%u:%g %a %F %n' {} + | sed 's/ regular empty file / regular file /'
    find . -type f -exec sha256sum {} +
    find . -type l -exec sh -c 'for l do printf "link %s " "$l"; readlink "$l"; done' sh {} +
  } | LC_ALL=C sort)
}
fingerprint() { entries "$1" | sha256sum | cut -d' ' -f1; }
`;

const script = `${prelude}${entriesShell}
entries "$1"
`;

/** A configuration has some dozens of files; synonym files and dictionaries make it more. */
const maxBytes = 4 * 1024 * 1024;

export interface Entries {
  readonly lines: readonly string[];
  /** What `fingerprint` prints of the same folder on the host. */
  readonly fingerprint: string;
}

export async function readEntries(context: ChangeContext, folder: string): Promise<Result<Entries>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'configuration-entries',
      script,
      args: [folder],
      privileged: true,
      deadlineSeconds: 60,
      maxOutputBytes: maxBytes,
    },
    { doing: `look at ${folder}` },
    context.signal,
  );
  return ran.ok
    ? succeed({
        lines: textOf(ran.value).split('\n').slice(0, -1),
        fingerprint: context.digest.sha256(ran.value),
      })
    : ran;
}

/** Files that securing a node writes itself, and what interrupted runs of the set-up leave. */
const ownFiles = /^\.\/(?:elasticsearch\.yml$|elasticsearch\.keystore(?:$|\.)|certs(?:$|[./]))/;

/** All that securing with certificates of our own makes in there; whatever else lies in `certs` it leaves alone. */
const madeCerts = /^\.\/certs(?:$|\.|\/(?:node\.p12|node\.key|node\.crt|http_ca\.crt)$)/;
const inCerts = /^\.\/certs(?:$|[./])/;

/** Name that a line is about. */
function nameIn(line: string): string {
  const link = /^link (\.\S*)/.exec(line)?.[1];
  return link ?? line.slice(Math.max(line.indexOf(' ./') + 1, line.endsWith(' .') ? line.length - 1 : 0));
}

/** Names of what lies directly in the folder. */
export function namesIn({ lines }: Entries): readonly string[] {
  return [...new Set(lines.map((line) => nameIn(line).slice(2)))]
    .filter((name) => name !== '' && !name.includes('/'))
    .toSorted();
}

/**
 * Lines about everything that securing a node does not write itself.
 * @param certs whether all of `certs` is made anew, or only the files that securing with certificates of our own makes
 */
export function othersIn({ lines }: Entries, certs: 'all' | 'made' = 'all'): readonly string[] {
  return lines.filter((line) => {
    const name = nameIn(line);
    return !ownFiles.test(name) || (certs === 'made' && inCerts.test(name) && !madeCerts.test(name));
  });
}

/** Names of what differs between two looks, without the leading `./`. */
export function changedNames(before: readonly string[], now: readonly string[]): readonly string[] {
  const differing = [
    ...before.filter((line) => !now.includes(line)),
    ...now.filter((line) => !before.includes(line)),
  ];
  return [...new Set(differing.map((line) => nameIn(line).replace(/^\.\//, '')))].sort();
}
