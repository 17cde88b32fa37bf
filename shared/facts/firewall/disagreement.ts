/** Whether the live rules are those that the next boot loads, as far as the tool that manages them tells. */
import type { FirewallFact } from '../../domain/facts.ts';
import type { Section } from '../../text/sections.ts';
import { body } from '../parse.ts';

/** Chains that programs fill while they run belong to no file. */
const ofOthers = /-j (?:f2b-|ufw|KUBE-|DOCKER|cali-|CILIUM|LIBVIRT_)/;

/** One sentence, or undefined when both agree or nothing can be said. */
export function disagreement(
  manager: FirewallFact['manager'],
  sections: readonly Section[],
): string | undefined {
  const lines = (...names: readonly string[]) =>
    names.flatMap((name) => body(sections, name).split('\n')).filter((line) => line !== '');
  switch (manager) {
    case 'ufw':
      return ufwDiffers(lines('save4', 'save6'), lines('ufw-files'));
    case 'iptables':
      return iptablesDiffers(lines('save4', 'save6'), lines('iptables-files'));
    case 'firewalld':
      return zonesDiffer(lines('zones-now'), lines('zones-boot'));
    case 'nftables':
    case 'none':
      return undefined;
  }
}

function ufwDiffers(live: readonly string[], files: readonly string[]): string | undefined {
  for (const chain of ['ufw-user-input', 'ufw6-user-input']) {
    // Without IPv6 in ufw the second chain is not there, whatever its file says.
    if (!live.some((line) => line.startsWith(`:${chain} `))) continue;
    const count = (all: readonly string[]) => all.filter((line) => line.startsWith(`-A ${chain} `)).length;
    if (count(live) !== count(files))
      return `ufw: ${count(live)} live rules in ${chain}, ${count(files)} in its file.`;
  }
  return undefined;
}

function iptablesDiffers(live: readonly string[], files: readonly string[]): string | undefined {
  const rules = (all: readonly string[]) =>
    all.filter((line) => /^-A (?:INPUT|bulwark) /.test(line) && !ofOthers.test(line)).length;
  const policies = (all: readonly string[]) =>
    all
      .map((line) => /^:INPUT (\S+)/.exec(line)?.[1])
      .filter((policy) => policy !== undefined)
      .sort()
      .join(' ');
  if (rules(live) !== rules(files))
    return `iptables: ${rules(live)} live rules for what comes in, ${rules(files)} in /etc/iptables.`;
  return policies(files) !== '' && policies(live) !== policies(files)
    ? `iptables: the live policy is ${policies(live)}, the one in /etc/iptables ${policies(files)}.`
    : undefined;
}

function zonesDiffer(now: readonly string[], boot: readonly string[]): string | undefined {
  const about = (all: readonly string[]) =>
    all
      .map((line) => line.trim())
      .filter((line) => /^(?:target|services|ports|protocols|source-ports|rule)[ :]/.test(line))
      .map((line) => (line.startsWith('rule') ? line : line.split(/\s+/).sort().join(' ')))
      .sort();
  const [live, files] = [about(now), about(boot)];
  if (now.length === 0 || boot.length === 0 || live.join('\n') === files.join('\n')) return undefined;
  const first = [
    ...live.filter((line) => !files.includes(line)),
    ...files.filter((line) => !live.includes(line)),
  ][0];
  return `firewalld: its default zone differs at runtime and for good (${(first ?? '').slice(0, 120)}).`;
}
