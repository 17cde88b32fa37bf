import { execute, LabError, must } from './command.ts';

export type DebianRelease = 'bookworm' | 'trixie';

/** Where this machine gets its own Debian packages; the lab's hosts are built from the same place. */
export interface Mirrors {
  readonly main: string;
  readonly security: string | undefined;
}

/**
 * Reads lines `site|release|component|origin` as `apt-get indextargets` prints them. Sources of other vendors are left
 * out: a host built from them would differ from machine to machine.
 */
export function parseMirrors(listing: string): Mirrors | undefined {
  const rows = listing
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([, , component, origin]) => component === 'main' && origin?.trim() === 'Debian');
  const site = (wanted: (release: string) => boolean) =>
    rows.find(([, release]) => wanted(release ?? ''))?.[0];
  const main = site((release) => /^[a-z]+$/.test(release));
  if (!main) return undefined;
  return { main, security: site((release) => release.endsWith('-security')) };
}

/** Sources list lines for a release, from the machine's own mirrors. */
export function sourceLines(mirrors: Mirrors, release: DebianRelease): readonly string[] {
  const lines = [`deb ${mirrors.main} ${release} main`, `deb ${mirrors.main} ${release}-updates main`];
  if (mirrors.security) lines.push(`deb ${mirrors.security} ${release}-security main`);
  return lines;
}

export async function machineMirrors(): Promise<Mirrors> {
  const list = async () =>
    parseMirrors(
      await must('Reading the apt sources', [
        'apt-get',
        'indextargets',
        '--format',
        '$(SITE)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)',
        'Created-By: Packages',
      ]),
    );
  const known = await list();
  if (known) return known;
  await execute(['apt-get', 'update']);
  const fetched = await list();
  if (fetched) return fetched;
  throw new LabError(
    'No Debian source with component main is configured in apt; add one and run apt-get update.',
  );
}
