/** Rules of iptables and ip6tables (either kind) on a host: read, tried apart from the live ones, loaded. */
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, scriptError, tailOf, textOf } from '../../host-script.ts';
import type { HostWriter } from '../../ports.ts';
import { loadWhileArmed } from './late-load.ts';

/** One text for IPv4 and one for IPv6. */
export type Both = { readonly v4: string; readonly v6: string };

function split(text: string): Both {
  const cut = text.indexOf('---\n');
  return { v4: text.slice(0, Math.max(0, cut)), v6: text.slice(cut + 4) };
}

function joined({ v4, v6 }: Both): { readonly stdin: Uint8Array; readonly lines: string } {
  return { stdin: new TextEncoder().encode(`${v4}${v6}`), lines: String(v4.split('\n').length - 1) };
}

const take = `t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
cat > "$t/all" || exit 1
[ "$(wc -c < "$t/all")" -eq "$2" ] || exit 52
sed -n "1,$1p" "$t/all" > "$t/v4" && sed "1,$1d" "$t/all" > "$t/v6" || exit 1
`;

const listScript = `${prelude}
four=$(iptables-save -t filter) && six=$(ip6tables-save -t filter) || exit 1
printf '%s\\n' "$four" | grep -E -- "$1"
echo ---
printf '%s\\n' "$six" | grep -E -- "$1"
exit 0
`;

/** Lines of the live filter tables. @param pattern extended regular expression, part of the program */
export async function listLive(context: ChangeContext, pattern: string): Promise<Result<Both>> {
  const ran = await runChecked(
    context.host,
    { name: 'firewall-list', script: listScript, args: [pattern], privileged: true, deadlineSeconds: 30 },
    { doing: 'read the firewall' },
    context.signal,
  );
  return ran.ok ? succeed(split(textOf(ran.value))) : ran;
}

// A network namespace of its own, thrown away at once: the kernel itself says how the rules read back, and nothing is live.
const tryScript = `${prelude}
${take}
unshare -n true 2>/dev/null || exit 65
unshare -n sh -c '
iptables-restore < "$1/v4" && ip6tables-restore < "$1/v6" || exit 1
iptables-save -t filter | grep -E -- "$2"
echo ---
ip6tables-save -t filter | grep -E -- "$2"
exit 0' sh "$t" "$3"
`;

/** How the kernel lists these rules. Each text is whole for iptables-restore. Errors: PRECONDITION_FAILED. */
export async function tryRules(context: ChangeContext, rules: Both, pattern: string): Promise<Result<Both>> {
  const { stdin, lines } = joined(rules);
  const ran = await runChecked(
    context.host,
    {
      name: 'firewall-test',
      script: tryScript,
      args: [lines, String(stdin.length), pattern],
      stdin,
      privileged: true,
      deadlineSeconds: 30,
    },
    {
      doing: 'test the rules',
      explain: (output) =>
        output.exitCode === 65
          ? appError(
              'PRECONDITION_FAILED',
              'This host does not let Bulwark test rules apart from the live ones.',
              'Set up the firewall by hand, or allow network namespaces to root.',
              { hostState: 'unchanged' },
            )
          : refusedBy('iptables-restore', tailOf(output)),
    },
    context.signal,
  );
  return ran.ok ? succeed(split(textOf(ran.value))) : ran;
}

function refusedBy(tool: string, detail: string) {
  return appError(
    'PRECONDITION_FAILED',
    `${tool} does not accept the rules.`,
    'Read the details; report this if the sources are right.',
    { hostState: 'unchanged', detail },
  );
}

const checkScript = `${prelude}
${take}
iptables-restore --test $3 < "$t/v4" && ip6tables-restore --test $3 < "$t/v6"
`;

/** The tools' own check of whole files. @param how `--noflush` where the files are loaded beside others. */
export async function checkFiles(
  context: ChangeContext,
  files: Both,
  how: '' | '--noflush',
): Promise<Result<void>> {
  const { stdin, lines } = joined(files);
  const ran = await runChecked(
    context.host,
    {
      name: 'firewall-check',
      script: checkScript,
      args: [lines, String(stdin.length), how],
      stdin,
      privileged: true,
      deadlineSeconds: 30,
    },
    {
      doing: 'check the rules',
      explain: (output) => refusedBy('iptables-restore --test', tailOf(output)),
    },
    context.signal,
  );
  return ran.ok ? succeed(undefined) : ran;
}

/**
 * Runs a program of a backend that loads the texts, which it finds as `v4` and `v6` in the folder `$1`.
 * @param onlyWhile a path that must exist: a guard that is armed
 */
export async function loadRules(
  host: HostWriter,
  program: string,
  rules: Both,
  onlyWhile = '',
): Promise<Result<void>> {
  const { stdin, lines } = joined(rules);
  const ran = await host.run({
    name: 'firewall-load',
    script: `${prelude}\n${take}\nset -- "$t" "$3"\n${loadWhileArmed(program)}`,
    args: [lines, String(stdin.length), onlyWhile],
    stdin,
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
