/** What the nftables backend asks a host and tells it; every script static, rules on standard input. */
import { appError } from '../../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../../domain/result.ts';
import { bootFunctions } from '../../../../text/firewall-managers.ts';
import type { ChangeContext } from '../../../change-kind.ts';
import { prelude, runChecked, scriptError, tailOf, textOf } from '../../../host-script.ts';
import type { HostWriter } from '../../../ports.ts';
import { loadWhileArmed } from '../late-load.ts';

const lookScript = `${prelude}${bootFunctions}
command -v nft >/dev/null 2>&1 || { echo nft=no; exit 0; }
echo nft=yes
if [ -d /run/systemd/system ]; then
  echo systemd=yes
  echo "enabled=$(systemctl is-enabled nftables.service 2>/dev/null)"
  echo "start=$(systemctl show -p ExecStart --value nftables.service 2>/dev/null)"
elif [ -p /run/initctl ]; then
  echo sysvinit=yes
  echo "file=$(init_nft)"
  on nftables.service && echo enabled=enabled
fi
[ -d /etc/nftables.d ] && echo folder=yes
echo ---
if nft list tables 2>/dev/null | grep -qx 'table inet bulwark'; then nft list table inet bulwark || exit 1; fi
`;

export interface FirewallLook {
  /** Path of the file that nftables.service or the init script nftables loads at boot. */
  readonly bootFile: string;
  readonly enabled: string;
  readonly folder: boolean;
  /** Live listing of Bulwark's table; empty when there is none. */
  readonly live: string;
}

function unsuitable(message: string, nextStep: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' }));
}

export async function look(
  context: ChangeContext,
  host: HostWriter = context.host,
): Promise<Result<FirewallLook>> {
  const ran = await runChecked(
    host,
    { name: 'firewall-look', script: lookScript, privileged: true, deadlineSeconds: 30 },
    { doing: 'read the firewall' },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const text = textOf(ran.value);
  const cut = text.indexOf('---\n');
  const lines = text.slice(0, Math.max(0, cut)).split('\n');
  const get = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
  if (get('nft') !== 'yes' && !lines.includes('nft=yes')) {
    return unsuitable(
      'nftables is not installed on this host.',
      'Install the package nftables, then assess again.',
    );
  }
  const sysvinit = get('sysvinit') === 'yes';
  if (get('systemd') !== 'yes' && !sysvinit) {
    return unsuitable(
      'This host runs neither systemd nor sysvinit; how it loads firewall rules at boot is not known.',
      'Set up the firewall by hand.',
    );
  }
  if (sysvinit && (get('enabled') !== 'enabled' || (get('file') ?? '') === '')) {
    return unsuitable(
      'No init script loads nftables rules at boot on this host.',
      'Install an init script for nftables (on Debian the package orphan-sysvinit-scripts) and enable it, then assess again.',
    );
  }
  const bootFile = sysvinit
    ? get('file')
    : /(?:-f\s+|include\s+\\?")(\/[^\s";]+)/.exec(get('start') ?? '')?.[1];
  if (bootFile === undefined) {
    return unsuitable(
      'No nftables.service loads rules at boot on this host.',
      'Install the nftables service, then assess again.',
    );
  }
  return succeed({
    bootFile,
    enabled: get('enabled') ?? '',
    folder: lines.includes('folder=yes'),
    live: text.slice(cut + 4),
  });
}

// A network namespace of its own, thrown away at once: the kernel itself says how the rules read back, and nothing is live.
const canonicalScript = `${prelude}
t=$(mktemp) || exit 1
trap 'rm -f "$t"' EXIT
cat > "$t" || exit 1
unshare -n true 2>/dev/null || exit 65
unshare -n sh -c 'nft -f "$1" && { nft list table inet bulwark 2>/dev/null || true; }' sh "$t"
`;

const bootScript = `${prelude}
unshare -n true 2>/dev/null || exit 65
unshare -n sh -c 'nft -f "$1" && { nft list table inet bulwark 2>/dev/null || true; }' sh "$1"
`;

const noNamespace = appError(
  'PRECONDITION_FAILED',
  'This host does not let Bulwark test rules apart from the live ones.',
  'Set up the firewall by hand, or allow network namespaces to root.',
  { hostState: 'unchanged' },
);

/** How the kernel lists the table after loading this text. Errors: PRECONDITION_FAILED when nft refuses it. */
export async function canonical(context: ChangeContext, text: string): Promise<Result<string>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'firewall-test',
      script: canonicalScript,
      stdin: new TextEncoder().encode(text),
      privileged: true,
      deadlineSeconds: 30,
    },
    {
      doing: 'test the rules',
      explain: (output) =>
        output.exitCode === 65
          ? noNamespace
          : appError(
              'PRECONDITION_FAILED',
              'nft does not accept the rules.',
              'Check the sources; report this if they are right.',
              {
                hostState: 'unchanged',
                detail: tailOf(output),
              },
            ),
    },
    context.signal,
  );
  return ran.ok ? succeed(textOf(ran.value)) : ran;
}

/** Bulwark's table as the boot configuration would make it. */
export async function bootListing(
  context: ChangeContext,
  host: HostWriter,
  bootFile: string,
): Promise<Result<string>> {
  const ran = await runChecked(
    host,
    { name: 'firewall-boot', script: bootScript, args: [bootFile], privileged: true, deadlineSeconds: 30 },
    { doing: `test ${bootFile}`, explain: (output) => (output.exitCode === 65 ? noNamespace : undefined) },
  );
  return ran.ok ? succeed(textOf(ran.value)) : ran;
}

const loadScript = `${prelude}
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
cat > "$t/rules" || exit 1
[ "$(wc -c < "$t/rules")" -eq "$1" ] || exit 52
nft -c -f "$t/rules" || exit 1
set -- "$t" "$2"
${loadWhileArmed('nft -f "$1/rules"\n')}`;

/**
 * Loads a text in one transaction, after nft's own check.
 * @param onlyWhile a path that must exist: a guard that is armed
 */
export async function loadLive(host: HostWriter, text: string, onlyWhile = ''): Promise<Result<void>> {
  const bytes = new TextEncoder().encode(text);
  const ran = await host.run({
    name: 'firewall-load',
    script: loadScript,
    args: [String(bytes.length), onlyWhile],
    stdin: bytes,
    privileged: true,
    deadlineSeconds: 20,
  });
  if (!ran.ok) {
    return ran;
  }
  return ran.value.exitCode === 0
    ? succeed(undefined)
    : fail(scriptError(ran.value, { doing: 'load the rules' }));
}

const switchScript = `${prelude}
if [ -n "$2" ] && [ ! -e "$2" ]; then exit 53; fi
case $1 in
  folder) [ -d /etc/nftables.d ] || mkdir -m 755 /etc/nftables.d ;;
  no-folder) rmdir /etc/nftables.d 2>/dev/null; exit 0 ;;
  enable) systemctl enable nftables.service >/dev/null 2>&1 ;;
  disable) systemctl disable nftables.service >/dev/null 2>&1 ;;
esac
`;

export async function change(
  host: HostWriter,
  what: 'folder' | 'no-folder' | 'enable' | 'disable',
  onlyWhile = '',
): Promise<Result<void>> {
  const ran = await runChecked(
    host,
    {
      name: `firewall-${what}`,
      script: switchScript,
      args: [what, onlyWhile],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'set up loading the rules at boot', hostState: 'changed' },
  );
  return ran.ok ? succeed(undefined) : ran;
}
