/** The running node: who runs it and how it was started. Values of secret-like arguments are cut off on the host already. */
import type { EsProcess } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { isSecretName, redact } from '../../text/redact.ts';
import { body, known, needsElasticsearch, readSections } from '../parse.ts';

export const esProcess: FactSource<'es-process', EsProcess | null> = {
  id: 'es-process',
  deadlineSeconds: 5,
  maxBytes: 131_072,
  probe: String.raw`${needsElasticsearch}
section pid; echo "$ES_PID"
section lookalikes; echo "$ES_LOOKALIKES"
[ -n "$ES_PID" ] || exit 0
section owner; stat -c '%U|%u|%G' "/proc/$ES_PID"
section age
clock=$(getconf CLK_TCK 2>/dev/null || echo 100)
read -r up rest </proc/uptime
read -r line <"/proc/$ES_PID/stat"
set -- ${'$'}{line##*) }
shift 19
echo "$((${'$'}{up%%.*} - $1 / clock))"
hide() { awk '{ n = $0; sub(/=.*/, "", n); l = tolower(n); if (index($0, "=") && l ~ /pass|secret|token|credential|api_?key|access_?key|private_?key|[._]key$|keystore[._]seed/) print n "=[secret]"; else print }' | plain; }
section arguments; tr '\0' '\n' <"/proc/$ES_PID/cmdline" | hide
section launcher; [ -z "$ES_LAUNCHER_PID" ] || tr '\0' '\n' <"/proc/$ES_LAUNCHER_PID/cmdline" | hide
section environment; for pid in $ES_PID $ES_LAUNCHER_PID; do tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=..*/\1/p'; done | sort -u
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'the Elasticsearch process', context, (sections) => {
      const pid = Number(body(sections, 'pid').trim());
      const lookalikes = parseLookalikes(body(sections, 'lookalikes'));
      if (!pid) return known(null, `/proc${setAside(lookalikes)}`, context);
      const [user = '', uid = '', group = ''] = body(sections, 'owner').trim().split('|');
      const args = [...lines(body(sections, 'arguments')), ...lines(body(sections, 'launcher'))];
      const named = args.flatMap((arg) => /^(?:-[DE])?([^=]+)=/.exec(arg)?.[1] ?? []).filter(isSecretName);
      const environment = lines(body(sections, 'environment')).filter(isSecretName);
      const age = Number.parseInt(body(sections, 'age'), 10);
      return known(
        {
          pid,
          user,
          uid: Number(uid),
          group,
          argumentsShown: [...new Set(args.map((arg) => redact(arg)))].slice(0, 120),
          secretLikeArguments: [...new Set([...named, ...environment])],
          ageSeconds: Number.isInteger(age) && age >= 0 ? age : undefined,
          ...(lookalikes.length > 0 ? { lookalikes } : {}),
        },
        `process ${pid}${setAside(lookalikes)}`,
        context,
      );
    }),
};

/** `<pid> <user>`, with `|` in between. */
export function parseLookalikes(text: string): readonly { readonly pid: number; readonly user: string }[] {
  return text
    .trim()
    .split('|')
    .flatMap((one) => {
      const [, pid, user] = /^(\d{1,10}) ([^\s|]{1,64})$/.exec(one) ?? [];
      return pid === undefined || user === undefined ? [] : [{ pid: Number(pid), user }];
    });
}

/** For the place of the evidence: what was seen and not believed. */
export function setAside(found: readonly { readonly pid: number; readonly user: string }[]): string {
  return found.length === 0
    ? ''
    : `; not judged: ${found.map(({ pid, user }) => `process ${pid} of ${user}`).join(', ')}, which only look like Elasticsearch`;
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
