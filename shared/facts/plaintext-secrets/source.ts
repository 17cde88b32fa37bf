/** Clear-text secrets in the files and units around the node: file, line and name. Values are dropped while parsing. */
import type { PlaintextSecret } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { secretsInAssignments, secretsInYaml } from '../../text/plaintext-secrets.ts';
import type { Section } from '../../text/sections.ts';
import { forbidden, known, needsElasticsearch, readSections } from '../parse.ts';

export const plaintextSecrets: FactSource<'plaintext-secrets', readonly PlaintextSecret[]> = {
  id: 'plaintext-secrets',
  deadlineSeconds: 6,
  maxBytes: 524_288,
  probe: String.raw`${needsElasticsearch}
show() {
  [ -f "$2" ] || return 0
  if [ -r "$2" ]; then section "$1" "$2"; plain <"$2"; else section closed "$2"; fi
}
ls "$ES_PATH_CONF" >/dev/null || section closed "$ES_PATH_CONF"
show yml "$ES_PATH_CONF/elasticsearch.yml"
for file in "$ES_PATH_CONF/jvm.options" "$ES_PATH_CONF"/jvm.options.d/*.options; do show jvm-options "$file"; done
for file in /etc/default/elasticsearch /etc/sysconfig/elasticsearch; do show environment "$file"; done
show_unit -p EnvironmentFiles | sed -n 's/^EnvironmentFiles=\(.*\) (ignore_errors=.*/\1/p' | while IFS= read -r file; do
  case $file in /etc/default/elasticsearch | /etc/sysconfig/elasticsearch) ;; *) show environment "$file" ;; esac
done
show_unit -p FragmentPath -p DropInPaths | sed 's/^[A-Za-z]*=//' | tr ' ' '\n' | while IFS= read -r file; do [ -n "$file" ] && show unit "$file"; done
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'configuration files', context, (sections) => {
      const closed = sections.find((section) => section.name === 'closed');
      if (closed) return forbidden(closed.rest, closed.rest, context);
      return known(
        sections.flatMap(secretsOf),
        'elasticsearch.yml, JVM options, environment and unit files',
        context,
      );
    }),
};

const kinds = {
  yml: 'elasticsearch.yml',
  'jvm-options': 'jvm-options',
  environment: 'environment',
  unit: 'unit',
} as const;

function isKind(name: string): name is keyof typeof kinds {
  return name in kinds;
}

function secretsOf(section: Section): readonly PlaintextSecret[] {
  if (!isKind(section.name)) return [];
  const where = kinds[section.name];
  const text = section.body.replace(/^ (?=@@)/gm, '');
  const found = section.name === 'yml' ? secretsInYaml(text) : secretsInAssignments(text);
  return found.map(({ line, name, keystoreName, comment }) => ({
    file: section.rest,
    line,
    name,
    keystoreName,
    where: comment ? 'comment' : where,
  }));
}
