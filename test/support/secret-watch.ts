/** Looks, on a lab host and past the product, wherever a secret could be seen or could have been left. */
import type { LabHost } from '../lab/index.ts';

const notes = '/run/secret-watch';

/** Fifty looks a second: every argument list and environment that ever was there, once each. */
const watcher = `
use strict;
my %seen;
until (-e '${notes}/stop') {
  opendir my $all, '/proc' or die;
  for my $pid (grep { /^[0-9]+$/ } readdir $all) {
    for my $name ('cmdline', 'environ') {
      open my $file, '<', "/proc/$pid/$name" or next;
      local $/;
      my $text = <$file>;
      $seen{$text} = 1 if defined $text && length $text;
    }
  }
  closedir $all;
  select undef, undef, undef, 0.02;
}
open my $out, '>', '${notes}/seen' or die;
print $out "$_\\n" for keys %seen;
close $out;
`;

export interface SecretWatch {
  /** Ends the watching; then says which of the texts occurred in an argument list or an environment. */
  seenInProcesses(texts: readonly string[]): Promise<readonly string[]>;
  /** Files changed since the watch began, and the system's journal, that hold one of the texts. */
  left(texts: readonly string[]): Promise<readonly string[]>;
}

/** @param marker a text that a process of the watch itself carries, to prove that it sees */
export async function watchSecrets(host: LabHost, marker: string): Promise<SecretWatch> {
  await host.run(`mkdir -m 700 ${notes} && : >${notes}/begun`);
  const watching = host.run('exec perl -', { stdin: watcher, timeoutMs: 30 * 60_000 });
  let over: Promise<void> | undefined;
  async function stop(): Promise<void> {
    // Arguments and environment of a program that lives for a tenth of a second.
    await host.run(`CANARY=environ-${marker} sh -c 'sleep 0.1; :' argument-${marker}; touch ${notes}/stop`);
    const { code, stderr } = await watching;
    if (code !== 0) throw new Error(`the watch on ${host.name} broke off: ${stderr}`);
  }

  async function holding(text: string, command: string): Promise<string> {
    // The text goes in by a pipe: the search must not be what it finds.
    const { stdout } = await host.run(command, { stdin: text });
    return stdout.trim();
  }

  return {
    async seenInProcesses(texts) {
      over ??= stop();
      await over;
      for (const proof of [`environ-${marker}`, `argument-${marker}`])
        if ((await holding(proof, `grep -acF -f - ${notes}/seen`)) === '0')
          throw new Error('the watch did not see what was put there for it to see');
      const found: string[] = [];
      for (const text of texts)
        if ((await holding(text, `grep -acF -f - ${notes}/seen`)) !== '0') found.push(text);
      return found;
    },
    async left(texts) {
      const found: string[] = [];
      for (const text of texts) {
        const places = await holding(
          text,
          `pattern=$(mktemp -p ${notes}); cat >"$pattern"
           find / /run /tmp /dev/shm -xdev -path ${notes} -prune -o -type f -newercm ${notes}/begun -exec grep -laF -f "$pattern" {} + 2>/dev/null | sort -u
           journalctl --no-pager -o export | grep -qaF -f "$pattern" && echo journal
           rm -f "$pattern"`,
        );
        found.push(...places.split('\n').filter(Boolean));
      }
      return found;
    },
  };
}
