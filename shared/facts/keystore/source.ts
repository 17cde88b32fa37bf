/** The keystore's header, owner and mode, and how its unit opens it at a start. Its contents are never read. */
import type { KeystoreFact } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { parseKeystoreHeader } from '../../text/keystore-header.ts';
import type { Section } from '../../text/sections.ts';
import { body, forbidden, known, needsElasticsearch, parseStat, readSections, statFormat } from '../parse.ts';

export const keystore: FactSource<'keystore', KeystoreFact> = {
  id: 'keystore',
  deadlineSeconds: 5,
  maxBytes: 8192,
  probe: String.raw`${needsElasticsearch}
file=$ES_PATH_CONF/elasticsearch.keystore
section path; printf '%s' "$file" | plain
section state
if [ ! -e "$file" ]; then
  if ls "$ES_PATH_CONF" >/dev/null; then echo missing; else echo closed; fi
  exit 0
fi
section stat; stat -c '${statFormat}' "$file" | plain
named=$({
  show_unit -p Environment | sed 's/^Environment=//' | tr ' ' '\n' | tr -d '"'
  show_unit -p EnvironmentFiles | sed -n 's/^EnvironmentFiles=\(.*\) (ignore_errors=.*/\1/p' | while IFS= read -r from; do [ ! -f "$from" ] || cat "$from"; done
} | sed -n 's/^ES_KEYSTORE_PASSPHRASE_FILE=//p' | tail -n 1 | tr -d "\"'")
section unattended
[ -n "$ES_UNIT" ] || echo unit=none
show_unit -p StandardInput | sed -n 's/^StandardInput=/input=/p'
show_unit -p ExecStart | sed -n 's/^ExecStart={ path=\([^ ;]*\) ;.*/exec=\1/p' | plain
printf 'named=%s\n' "$named" | plain
fed=$(systemctl cat -- "$ES_UNIT" 2>/dev/null | sed -n 's/^[[:space:]]*StandardInput[[:space:]]*=[[:space:]]*//p' | tail -n 1 | sed -n '/%/d; s/^file:\(\/.*\)/\1/p')
[ -z "$fed" ] || printf 'fed=%s\n' "$fed" | plain
[ -z "$named" ] || { section passphrase; stat -Lc '${statFormat}' "$named" | plain; }
[ -z "$fed" ] || { section input; stat -Lc '${statFormat}' "$fed" | plain; }
if [ -r "$file" ]; then
  section header; od -An -v -tx1 -N32 "$file"
  section digest; { sha256sum "$file" 2>/dev/null || openssl dgst -sha256 -r "$file"; } | cut -c 1-64
fi
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'the keystore', context, (sections) => {
      const path = body(sections, 'path').trim();
      const state = body(sections, 'state').trim();
      if (state === 'closed') return forbidden(path, path, context);
      if (state === 'missing')
        return known(
          {
            path,
            exists: false,
            formatVersion: undefined,
            passwordProtected: undefined,
            file: undefined,
            digest: undefined,
          },
          path,
          context,
        );
      const hex = body(sections, 'header');
      if (hex === '') return forbidden(path, path, context);
      const header = parseKeystoreHeader(hex);
      const digest = body(sections, 'digest').trim();
      const file = body(sections, 'stat')
        .split('\n')
        .flatMap((line) => parseStat(line) ?? [])[0];
      return known(
        {
          path,
          exists: true,
          formatVersion: header?.formatVersion,
          passwordProtected: header?.passwordProtected,
          file,
          digest: /^[0-9a-f]{64}$/.test(digest) ? digest : undefined,
          unattended: unattendedOf(sections),
        },
        path,
        context,
      );
    }),
};

/**
 * Only the start script of packages reads ES_KEYSTORE_PASSPHRASE_FILE (`systemd-entrypoint` of 7.17 to 9.4); the program itself
 * takes the password from its standard input. systemd tells the kind of that input, and a file's name in the unit alone
 * (systemd.exec(5)); one with a specifier in it is not told. Undefined: no unit, so it was not told.
 */
function unattendedOf(sections: readonly Section[]): KeystoreFact['unattended'] {
  const told = body(sections, 'unattended');
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(told)?.[1]?.trim() ?? '';
  if (value('unit') === 'none' || told.trim() === '') return undefined;
  const statIn = (section: string) =>
    body(sections, section)
      .split('\n')
      .flatMap((line) => parseStat(line) ?? [])[0];
  const named = value('named');
  const program = value('exec').split('/').at(-1);
  if (program !== 'systemd-entrypoint' && program !== 'elasticsearch') return { by: 'other-program' };
  if (program === 'systemd-entrypoint' && named.startsWith('/')) {
    return { by: 'passphrase-file', path: named, file: statIn('passphrase') };
  }
  const kind = value('input').split(':')[0];
  if (kind === 'data') return { by: 'input-data' };
  if (kind === 'fd') return { by: 'descriptor' };
  if (kind !== 'file') return { by: 'nothing' };
  const fed = value('fed');
  return fed === '' ? { by: 'input-file' } : { by: 'input-file', path: fed, file: statIn('input') };
}
