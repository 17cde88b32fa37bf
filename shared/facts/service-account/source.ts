/** The account that runs (or would run) the node. The password's hash stays on the host; only its kind is told. */
import type { Account } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { parseGroups, parsePasswd } from '../../text/accounts.ts';
import { parseSudoers, ruleNames } from '../../text/sudoers.ts';
import { body, known, needsElasticsearch, readSections, unknown } from '../parse.ts';

export const serviceAccount: FactSource<'service-account', Account> = {
  id: 'service-account',
  deadlineSeconds: 5,
  maxBytes: 262_144,
  probe: String.raw`${needsElasticsearch}
section name "$ES_USER"
section passwd; { getent passwd "$ES_USER" 2>/dev/null || grep "^$ES_USER:" /etc/passwd; } | head -n 1
section groups; { getent group 2>/dev/null || cat /etc/group; } | plain
section password
if [ -r /etc/shadow ]; then awk -F: -v name="$ES_USER" '$1 == name { if ($2 == "") print "empty"; else if ($2 ~ /^[!*]/ || $2 == "x") print "locked"; else print "set" }' /etc/shadow; else echo unreadable; fi
section keys
home=$({ getent passwd "$ES_USER" 2>/dev/null || grep "^$ES_USER:" /etc/passwd; } | head -n 1 | cut -d: -f6)
patterns=$(sed -n 's/^[[:space:]]*[Aa]uthorized[Kk]eys[Ff]ile[[:space:]]*//p' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null)
set -f
for pattern in .ssh/authorized_keys .ssh/authorized_keys2 $patterns; do
  file=$(printf '%s\n' "$pattern" | sed -e "s:%u:$ES_USER:g" -e "s:%h:$home:g" -e 's/%%/%/g')
  case $file in none) continue ;; /*) ;; *) file=$home/$file ;; esac
  [ -s "$file" ] && echo "$file"
done | sort -u
set +f
section sudoers
[ -r /etc/sudoers ] || [ ! -e /etc/sudoers ] || echo unreadable
for file in /etc/sudoers /etc/sudoers.d/*; do
  [ -r "$file" ] && [ -f "$file" ] || continue
  section sudoers-file "$file"
  plain <"$file"
done
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'the service account', context, (sections) => {
      const name = sections.find((section) => section.name === 'name')?.rest ?? '';
      const where = '/etc/passwd, /etc/group, /etc/shadow, sudoers, authorized_keys';
      const entry = parsePasswd(body(sections, 'passwd'))[0];
      if (!entry)
        return unknown(
          `The account ${name || '(none)'} is not in the user database.`,
          'Check the User= of the unit and the owner of the data directory.',
          where,
          context,
        );
      const allGroups = parseGroups(body(sections, 'groups'));
      const group = allGroups.find((one) => one.gid === entry.gid)?.name ?? String(entry.gid);
      const groups = [
        ...new Set([
          group,
          ...allGroups.filter((one) => one.members.includes(entry.name)).map((one) => one.name),
        ]),
      ];
      if (body(sections, 'sudoers').trim() === 'unreadable')
        return unknown(
          `What ${entry.name} may do by sudo can be read by root only.`,
          'Let Bulwark log in as root or use sudo on this host, then assess again.',
          where,
          context,
        );
      const files = sections.filter(
        (section) =>
          section.name === 'sudoers-file' &&
          !/(?:~|\.[^/]*)$/.test(section.rest.replace('/etc/sudoers.d', '')),
      );
      const lines = files.flatMap((section) =>
        section.body
          .replace(/\n$/, '')
          .split('\n')
          .map((text, index) => ({ file: section.rest, line: index + 1, text })),
      );
      const rules = parseSudoers(lines);
      const mine = rules.filter((rule) => ruleNames(rule, { name: entry.name, uid: entry.uid, groups }));
      const password = body(sections, 'password').trim();
      return known(
        {
          name: entry.name,
          uid: entry.uid,
          gid: entry.gid,
          group,
          home: entry.home,
          shell: entry.shell,
          password:
            password === 'locked' || password === 'set' || password === 'empty' ? password : 'unknown',
          groups,
          authorizedKeys: body(sections, 'keys')
            .split('\n')
            .filter((line) => line.startsWith('/')),
          sudoRules: mine.map((rule) => ({
            file: rule.file,
            line: rule.line,
            text: rule.text,
            dedicated:
              rule.file !== '/etc/sudoers' &&
              rules
                .filter((one) => one.file === rule.file)
                .every(
                  (one) =>
                    one.subjects.length > 0 &&
                    one.subjects.every((subject) => subject === entry.name || subject === `#${entry.uid}`),
                ),
          })),
        },
        where,
        context,
      );
    }),
};
