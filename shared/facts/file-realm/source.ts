/**
 * Users of the file realm, which the interface of a node does not show (seen on 7.17 to 9.5): names and roles. Hashes are cut
 * off on the host.
 */
import type { FileRealmFact } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { fileUserNames, fileUserRoles } from '../../text/file-realm.ts';
import { body, forbidden, known, needsElasticsearch, readSections } from '../parse.ts';

export const fileRealm: FactSource<'file-realm', FileRealmFact> = {
  id: 'file-realm',
  deadlineSeconds: 4,
  maxBytes: 262_144,
  probe: String.raw`${needsElasticsearch}
section path; printf '%s' "$ES_PATH_CONF" | plain
ls "$ES_PATH_CONF" >/dev/null || { section closed; printf '%s' "$ES_PATH_CONF" | plain; exit 0; }
for file in "$ES_PATH_CONF/users" "$ES_PATH_CONF/users_roles" "$ES_PATH_CONF/roles.yml"; do
  [ -e "$file" ] || continue
  [ -r "$file" ] || { section closed; printf '%s' "$file" | plain; }
done
[ ! -r "$ES_PATH_CONF/users" ] || { section users; sed -n 's/:.*/:/p' "$ES_PATH_CONF/users" | plain; }
[ ! -r "$ES_PATH_CONF/users_roles" ] || { section roles; plain <"$ES_PATH_CONF/users_roles"; }
[ ! -r "$ES_PATH_CONF/roles.yml" ] || ! grep -qv '^[[:space:]]*\(#.*\|---[[:space:]]*\)\{0,1\}$' "$ES_PATH_CONF/roles.yml" || { section ownroles; echo yes; }
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'the users of the file realm', context, (sections) => {
      const closed = body(sections, 'closed').trim();
      if (closed !== '') return forbidden(closed, closed, context);
      const path = body(sections, 'path').trim();
      const names = fileUserNames(body(sections, 'users'));
      const roles = fileUserRoles(body(sections, 'roles'));
      return known(
        {
          path,
          users: names.map((name) => ({ name, roles: roles.get(name) ?? [] })),
          rolesOnly: [...roles.keys()].filter((name) => !names.includes(name)),
          rolesInFile: body(sections, 'ownroles').trim() !== '',
        },
        `users and users_roles in ${path}`,
        context,
      );
    }),
};
