/** `elasticsearch.yml` as the node reads it. Values of secret-like settings are dropped while parsing. */
import type { EsSettings } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { sectionNamed } from '../../text/sections.ts';
import { readYamlSettings, redactSettings } from '../../text/yaml-settings.ts';
import { forbidden, known, needsElasticsearch, readSections, unknown } from '../parse.ts';

export const esSettings: FactSource<'es-settings', EsSettings> = {
  id: 'es-settings',
  deadlineSeconds: 5,
  maxBytes: 262_144,
  probe: String.raw`${needsElasticsearch}
file=$ES_PATH_CONF/elasticsearch.yml
section path "$file"
section symlink; [ -L "$file" ] && echo yes
if [ ! -r "$file" ]; then
  section unreadable; [ -e "$file" ] || { [ -x "$ES_PATH_CONF" ] && echo missing; }
  exit 0
fi
section digest; { sha256sum "$file" 2>/dev/null || openssl dgst -sha256 -r "$file"; } | cut -c 1-64
section text; plain <"$file"
`,
  parse: (frame, context) =>
    readSections(frame, 'elasticsearch.yml', context, (sections) => {
      const path = sectionNamed(sections, 'path')?.rest ?? '';
      const unreadable = sectionNamed(sections, 'unreadable');
      if (unreadable?.body.trim() === 'missing')
        return unknown(`There is no ${path}.`, 'Check ES_PATH_CONF of the node.', path, context);
      if (unreadable) return forbidden(path, path, context);
      const digest = sectionNamed(sections, 'digest')?.body.trim() ?? '';
      // The probe ends the text with a line break of its own, which the sections take off again.
      const text = (sectionNamed(sections, 'text')?.body ?? '').replace(/^ (?=@@)/gm, '');
      const read = readYamlSettings(text);
      if (!read.ok)
        return {
          status: 'error',
          reason: `${path} cannot be relied on (line ${read.line}): ${read.message}`,
          where: path,
          at: context.at,
        };
      if (!/^[0-9a-f]{64}$/.test(digest))
        return unknown(
          `No digest of ${path} could be made.`,
          'Install coreutils or openssl on the host.',
          path,
          context,
        );
      const settings = redactSettings(read.settings).map((one) => ({ ...one, value: one.values.join(',') }));
      const symlink = sectionNamed(sections, 'symlink')?.body.trim() === 'yes';
      return known({ path, digest, settings, duplicates: read.duplicates, symlink }, path, context);
    }),
};
