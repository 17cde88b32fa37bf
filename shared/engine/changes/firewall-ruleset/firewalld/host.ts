/** What the firewalld backend asks a host and tells it; every script static, rules on standard input. */
import { appError } from '../../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../../domain/result.ts';
import type { ChangeContext } from '../../../change-kind.ts';
import { prelude, runChecked, scriptError, tailOf, textOf } from '../../../host-script.ts';
import type { HostWriter } from '../../../ports.ts';
import { loadWhileArmed } from '../late-load.ts';
import { ours, sorted } from './rules.ts';
import { firewalldUp } from './up.ts';

/** Of what asks for or loads live rules, in seconds; the wait for firewalld is part of it. */
export const deadlineSeconds = 60;

// Newer versions mark the default zone in the list of active ones.
const lookScript = `${prelude}
${firewalldUp}firewall-cmd --state >/dev/null 2>&1 || { firewalld_up && firewall-cmd --state >/dev/null 2>&1; } || { echo state=off; exit 0; }
echo "version=$(firewall-cmd --version)"
default=$(firewall-cmd --get-default-zone) && active=$(firewall-cmd --get-active-zones) || exit 1
for z in $(printf '%s\\n' "$default" "$active" | grep -v '^[[:space:]]' | cut -d' ' -f1 | sort -u); do
  rules=$(firewall-cmd --zone="$z" --list-rich-rules) || exit 1
  echo "zone=$z"
  printf '%s\\n' "$rules" | grep -E -- "$1"
done
exit 0
`;

/** Bulwark's live rules by zone: the default zone and all that are in use. */
export async function look(context: ChangeContext): Promise<Result<Record<string, string>>> {
  const ran = await runChecked(
    context.host,
    { name: 'firewall-look', script: lookScript, args: [ours], privileged: true, deadlineSeconds },
    { doing: 'read the zones of firewalld' },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const lines = textOf(ran.value).split('\n');
  const version = /^version=(\d+)\.(\d+)/m.exec(textOf(ran.value));
  const [major = 0, minor = 0] = (version?.slice(1) ?? []).map(Number);
  if (major === 0 && minor < 7) {
    return fail(
      appError(
        'PRECONDITION_FAILED',
        version === null ? 'firewalld does not answer on this host.' : 'This firewalld is older than 0.7.',
        version === null
          ? 'Start firewalld, then assess again.'
          : 'Update firewalld, or set the rules by hand: older ones do not know which rule comes first.',
        { hostState: 'unchanged' },
      ),
    );
  }
  const zones: Record<string, string[]> = {};
  let zone: string[] = [];
  for (const line of lines) {
    const name = /^zone=([A-Za-z0-9_-]+)$/.exec(line)?.[1];
    if (name !== undefined) {
      zone = [];
      zones[name] = zone;
    } else if (line.startsWith('rule ')) {
      zone.push(line);
    }
  }
  return succeed(Object.fromEntries(Object.entries(zones).map(([name, rules]) => [name, sorted(rules)])));
}

// firewalld drops rules that it does not understand with no more than a warning, so what it read is listed.
const tryScript = `${prelude}
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
cp -a /etc/firewalld "$t/etc" || exit 1
[ "$2" = 0 ] || { cat > "$t/etc/zones/$1.xml" && [ "$(wc -c < "$t/etc/zones/$1.xml")" -eq "$2" ] || exit 52; }
firewall-offline-cmd --system-config="$t/etc" --check-config >&2 || exit 66
firewall-offline-cmd --system-config="$t/etc" --zone="$1" --list-rich-rules > "$t/rules" || exit 1
grep -E -- "$3" "$t/rules"
exit 0
`;

/** Bulwark's rules that firewalld would load from a zone's file. @param file absent: the one that is there */
export async function readZone(context: ChangeContext, zone: string, file?: string): Promise<Result<string>> {
  const stdin = new TextEncoder().encode(file ?? '');
  const ran = await runChecked(
    context.host,
    {
      name: 'firewall-test',
      script: tryScript,
      args: [zone, String(stdin.length), ours],
      stdin,
      privileged: true,
      deadlineSeconds: 60,
    },
    {
      doing: `test the zone ${zone}`,
      explain: (output) =>
        output.exitCode === 66
          ? appError(
              'PRECONDITION_FAILED',
              'firewalld finds a mistake in its configuration.',
              'Correct it (firewall-cmd --check-config), then try again.',
              { hostState: 'unchanged', detail: tailOf(output) },
            )
          : undefined,
    },
    context.signal,
  );
  return ran.ok ? succeed(sorted(textOf(ran.value).split('\n'))) : ran;
}

/**
 * Brings the live rules of zones to what the folder `$1` says: `zones`, one a line, and `rules`, each behind its zone. Who is
 * let in comes before who is closed out. Repeatable; runs while connected and from the guard. firewalld that does not run
 * has no live rules.
 */
export const loadProgram = `d=$1
${firewalldUp}firewalld_up || exit 0
list() {
  firewall-cmd --zone="$1" --list-rich-rules > "$d/all" || return 1
  grep -E '${ours}' "$d/all" | sort > "$d/$2"
}
bring() {
  z=$1; what=$2; shift 2
  while IFS= read -r line; do set -- "$@" "--$what-rich-rule=$line"; done
  [ $# -eq 0 ] || firewall-cmd --zone="$z" "$@" >/dev/null
}
while read -r zone; do
  sed -n "s/^$zone rule /rule /p" "$d/rules" | sort > "$d/want"
  list "$zone" now || exit 1
  comm -13 "$d/now" "$d/want" | sort -r > "$d/add"
  comm -23 "$d/now" "$d/want" > "$d/remove"
  bring "$zone" add < "$d/add" && bring "$zone" remove < "$d/remove" || exit 1
  list "$zone" now && cmp -s "$d/now" "$d/want" || exit 1
done < "$d/zones"
exit 0
`;

const loadScript = `${prelude}
t=$(mktemp -d) || exit 1
trap 'rm -rf "$t"' EXIT
cat > "$t/all" || exit 1
[ "$(wc -c < "$t/all")" -eq "$1" ] || exit 52
sed -n 's/^zone=//p' "$t/all" > "$t/zones"; grep -v '^zone=' "$t/all" > "$t/rules"
set -- "$t" "$2"
${loadWhileArmed(loadProgram)}`;

export interface Load {
  readonly zones: string;
  readonly rules: string;
}

/** What `loadProgram` reads. */
export function loadTexts(live: Readonly<Record<string, string>>): Load {
  const names = Object.keys(live).sort();
  const lines = (zone: string) => (live[zone] ?? '').split('\n').filter((line) => line !== '');
  return {
    zones: names.map((zone) => `${zone}\n`).join(''),
    rules: names.flatMap((zone) => lines(zone).map((line) => `${zone} ${line}\n`)).join(''),
  };
}

/** @param onlyWhile a path that must exist: a guard that is armed */
export async function loadLive(
  host: HostWriter,
  { zones, rules }: Load,
  onlyWhile = '',
): Promise<Result<void>> {
  const stdin = new TextEncoder().encode(`${zones.replace(/^(?=.)/gm, 'zone=')}${rules}`);
  const ran = await host.run({
    name: 'firewall-load',
    script: loadScript,
    args: [String(stdin.length), onlyWhile],
    stdin,
    privileged: true,
    deadlineSeconds,
  });
  if (!ran.ok) {
    return ran;
  }
  return ran.value.exitCode === 0
    ? succeed(undefined)
    : fail(scriptError(ran.value, { doing: 'load the rules' }));
}
