/** Owners and modes: everything below the configuration directory, and the other directories and their parents without what is in them. */
import type { FileFact } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import {
  body,
  forbidden,
  known,
  needsElasticsearch,
  parseStat,
  readSections,
  statFormat,
  unknown,
} from '../parse.ts';

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
      const tree = filesOf(body(sections, 'tree'));
      const places = filesOf(body(sections, 'places'));
      // A name with a line break can look like the line of another file, and hide what that one is.
      if (!tree || !places || new Set(tree.map((file) => file.path)).size < tree.length)
        return unknown(
          'A file at or below the directories of Elasticsearch has a line break or another control character in its name.',
          'Find out who made it and rename or remove it, then assess again.',
          'stat',
          context,
        );
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

/** Undefined when a line is not the line of a file. */
function filesOf(text: string): readonly FileFact[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  const files = lines.flatMap((line) => parseStat(line) ?? []);
  return files.length === lines.length ? files : undefined;
}
