/** Where the node's parts lie: from the running process, then its unit, then the environment file, then the packaging's default. */
import { type EsInstall, esInstallSchema } from '../../domain/elasticsearch.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import type { Section } from '../../text/sections.ts';
import { parseSystemdEnvironment, parseSystemdShow } from '../../text/systemd-show.ts';
import { readYamlSettings, settingValue, type YamlSetting } from '../../text/yaml-settings.ts';
import { parseLookalikes, setAside } from '../es-process/source.ts';
import { body, known, notLooked, readSections, unknown } from '../parse.ts';

export const esInstall: FactSource<'es-install', EsInstall | null> = {
  id: 'es-install',
  deadlineSeconds: 5,
  maxBytes: 300_000,
  probe: String.raw`
section found
printf '%s\n' "nodes=$ES_NODES" "elsewhere=$ES_ELSEWHERE" "lookalikes=$ES_LOOKALIKES" "home=$ES_HOME" "conf=$ES_PATH_CONF" "unit=$ES_UNIT" "user=$ES_USER" "version=$ES_VERSION" "layout=$ES_LAYOUT"
[ -n "$ES_HOME" ] || { [ "$ES_FOUND" = yes ] && exit 0; exit ${notLooked}; }
section unit; show_unit -p Environment -p User -p Group | grep -v '^Environment=' ; show_unit -p Environment | grep -oE 'ES_(JAVA_HOME|HOME|PATH_CONF)=[^ "]*'
section environment; for file in /etc/default/elasticsearch /etc/sysconfig/elasticsearch; do sed -n 's/^[[:space:]]*\(ES_JAVA_HOME=.*\)/\1/p' "$file" 2>/dev/null; done
section group
[ -z "$ES_PID" ] || stat -c %G "/proc/$ES_PID"
id -gn "$ES_USER" 2>/dev/null
section authority
for file in "$ES_PATH_CONF/certs/http_ca.crt" "$ES_PATH_CONF/certs/http_ca.pem"; do [ -f "$file" ] && echo "$file"; done
section yml; [ -r "$ES_PATH_CONF/elasticsearch.yml" ] && plain <"$ES_PATH_CONF/elasticsearch.yml"
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'the Elasticsearch installation', context, (sections) => {
      const found = new Map(
        body(sections, 'found')
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      const where = `process, systemd unit, environment file and program directory${setAside(parseLookalikes(found.get('lookalikes') ?? ''))}`;
      if (!found.get('home')) {
        if (found.get('elsewhere') === '1')
          return unknown(
            'Elasticsearch runs in a container on this host; Bulwark looks at the host only.',
            'Assess the container’s own configuration where it is deployed.',
            where,
            context,
          );
        return known(null, where, context);
      }
      if (Number(found.get('nodes')) > 1)
        return unknown(
          `${found.get('nodes')} Elasticsearch nodes run on this host; Bulwark judges one node per host.`,
          'Give each node a host of its own, or judge them by hand.',
          where,
          context,
        );
      if (found.get('layout') === 'docker')
        return unknown(
          'This Elasticsearch comes from a container image.',
          'Change the image or its orchestration; changes inside a container are lost.',
          where,
          context,
        );
      const parsed = esInstallSchema.safeParse(buildInstall(found, sections));
      return parsed.success
        ? known(parsed.data, where, context)
        : unknown(
            `The installation at ${found.get('home')} is not laid out as expected (${parsed.error.issues[0]?.path.join('.') ?? ''}).`,
            'Check that its lib directory holds elasticsearch-<version>.jar.',
            where,
            context,
          );
    }),
};

function buildInstall(found: ReadonlyMap<string, string>, sections: readonly Section[]) {
  const home = found.get('home') ?? '';
  const pathConf = found.get('conf') ?? '';
  const shown = parseSystemdShow(body(sections, 'unit'));
  const variables = parseSystemdEnvironment(
    body(sections, 'unit')
      .split('\n')
      .filter((line) => line.startsWith('ES_'))
      .join(' '),
  );
  const fromFile = parseSystemdEnvironment(body(sections, 'environment').replaceAll('\n', ' '));
  const javaHome = variables.get('ES_JAVA_HOME') ?? fromFile.get('ES_JAVA_HOME');
  const read = readYamlSettings(body(sections, 'yml').replace(/^ (?=@@)/gm, ''));
  const settings = read.ok ? read.settings : [];
  const user = found.get('user') ?? '';
  const groups = body(sections, 'group')
    .split('\n')
    .filter((line) => line !== '');
  const authority =
    authorityPath(settings, pathConf) ??
    body(sections, 'authority')
      .split('\n')
      .find((line) => line.startsWith('/'));
  const unit = found.get('unit') ?? '';
  return {
    layout: found.get('layout'),
    version: found.get('version'),
    home,
    pathConf,
    pathData: paths(settings, 'path.data', home, `${home}/data`),
    pathLogs: paths(settings, 'path.logs', home, `${home}/logs`)[0] ?? `${home}/logs`,
    ...(unit === '' ? {} : { unit }),
    user,
    group: groups[0] ?? shown.get('Group') ?? user,
    ...(javaHome?.startsWith('/') ? { javaHome } : {}),
    httpPort: portOf(settings, ['http.port'], 9200),
    transportPort: portOf(settings, ['transport.port', 'transport.tcp.port'], 9300),
    ...(authority === undefined ? {} : { httpCaPath: authority }),
  };
}

function paths(
  settings: readonly YamlSetting[],
  key: string,
  home: string,
  otherwise: string,
): readonly string[] {
  const values = settings
    .filter(
      (setting) => setting.key === key || new RegExp(`^${key.replace('.', '\\.')}\\.\\d+$`).test(setting.key),
    )
    .flatMap((setting) => setting.values);
  const absolute = values
    .filter((value) => value !== '')
    .map((value) => (value.startsWith('/') ? value : `${home}/${value}`).replace(/(?<=.)\/+$/, ''));
  return absolute.length > 0 ? absolute : [otherwise];
}

/** A range such as `9200-9300` stands for its first port; what the node really took is settled with its sockets. */
function portOf(settings: readonly YamlSetting[], keys: readonly string[], otherwise: number): number {
  for (const key of keys) {
    const port = Number.parseInt(settingValue(settings, key) ?? '', 10);
    if (port >= 1 && port <= 65535) return port;
  }
  return otherwise;
}

function authorityPath(settings: readonly YamlSetting[], pathConf: string): string | undefined {
  const named = settings.find((setting) => setting.key === 'xpack.security.http.ssl.certificate_authorities')
    ?.values[0];
  if (!named) return undefined;
  return named.startsWith('/') ? named : `${pathConf}/${named}`;
}
