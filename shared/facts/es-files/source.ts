/** Owners and modes: everything below the configuration directory, and the other directories and their parents without what is in them. */
import type { FileFact } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { body, forbidden, known, needsElasticsearch, parseStat, readSections, statFormat } from '../parse.ts';

export const esFiles: FactSource<'es-files', readonly FileFact[]> = {
  id: 'es-files',
  deadlineSeconds: 8,
  maxBytes: 524_288,
  probe: String.raw`${needsElasticsearch}
section tree; find "$ES_PATH_CONF" -xdev -exec stat -c '${statFormat}' {} + | plain
section places
up() {
  at=$1
  while [ "${'$'}{at:-/}" != / ]; do
    stat -c '${statFormat}' "$at"
    at=${'$'}{at%/*}
  done
}
{
  up "$ES_PATH_CONF"; up "$ES_HOME"; each_dir up
  for at in "$ES_HOME/bin" "$ES_HOME/lib" "$ES_HOME/bin/elasticsearch" /etc/default/elasticsearch /etc/sysconfig/elasticsearch; do
    [ -e "$at" ] && stat -c '${statFormat}' "$at"
  done
} | sort -u | plain
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'owners and modes', context, (sections) => {
      const tree = body(sections, 'tree')
        .split('\n')
        .flatMap((line) => parseStat(line) ?? []);
      const places = body(sections, 'places')
        .split('\n')
        .flatMap((line) => parseStat(line) ?? []);
      // The directory alone, without what is in it, means that it may not be listed.
      if (tree.length < 2) return forbidden('The configuration directory', 'stat', context);
      const byPath = new Map([...places, ...tree].map((file) => [file.path, file]));
      return known(
        [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
        'stat',
        context,
      );
    }),
};
