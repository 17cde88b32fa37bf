/** The keystore's header, owner and mode. Its contents are never read. */
import type { KeystoreFact } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { parseKeystoreHeader } from '../../text/keystore-header.ts';
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
        },
        path,
        context,
      );
    }),
};
