/** Kibana on this host: where it lies, who runs it, kibana.yml, the names in its keystore, owners and modes. */
import type { Fact } from '../../domain/fact.ts';
import type { Account, FileFact } from '../../domain/facts.ts';
import type { KibanaFact, KibanaUser } from '../../domain/kibana.ts';
import type { FactSource, ParseContext } from '../../engine/fact-source.ts';
import { parsePasswd } from '../../text/accounts.ts';
import type { Section } from '../../text/sections.ts';
import { body, forbidden, known, parseStat, readSections, unknown } from '../parse.ts';
import { keystoreOf } from './keystore.ts';
import { kibanaProbe } from './probe.ts';
import { settingsOf } from './settings.ts';

export const kibana: FactSource<'kibana', KibanaFact | null> = {
  id: 'kibana',
  deadlineSeconds: 6,
  maxBytes: 1_048_576,
  probe: kibanaProbe,
  parse: (frame, context) =>
    readSections(frame, 'the Kibana installation', context, (sections) => {
      const found = new Map(
        body(sections, 'found')
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      const where = 'systemd units, processes and usual directories';
      if (!found.has('units'))
        return unknown('Looking for Kibana came to no end.', 'Assess the host again.', where, context);
      if (Number(found.get('units')) > 1)
        return unknown(
          `${found.get('units')} systemd units start a Kibana on this host; Bulwark judges one Kibana per host.`,
          'Give each Kibana a host of its own, or judge them by hand.',
          where,
          context,
        );
      const home = found.get('home') ?? '';
      if (home === '')
        return found.get('elsewhere') === '1'
          ? unknown(
              'Kibana runs in a container on this host; Bulwark looks at the host only.',
              'Look at the container’s own configuration where it is deployed.',
              where,
              context,
            )
          : known(null, where, context);
      const version = found.get('version') ?? '';
      const pathConf = found.get('conf') ?? '';
      if (!/^\d+\.\d+\.\d+/.test(version) || !home.startsWith('/') || !pathConf.startsWith('/'))
        return unknown(
          `The Kibana in ${home} is not laid out as expected.`,
          'Check that its folder holds a package.json with its version.',
          where,
          context,
        );
      const unit = found.get('unit') ?? '';
      return known(
        {
          layout: found.get('layout') === 'package' ? 'package' : 'archive',
          version,
          home,
          pathConf,
          unit: unit === '' ? undefined : unit,
          running: (found.get('pid') ?? '') !== '',
          overrides: overridesOf(body(sections, 'arguments')),
          user: userOf(found.get('user') ?? '', sections, context),
          settings: settingsOf(sections, context),
          keystore: keystoreOf(`${pathConf}/kibana.keystore`, sections, context),
          files: filesOf(pathConf, sections, context),
        },
        where,
        context,
      );
    }),
};

/** `--allow-root` says who runs it, not how it is set up. */
function overridesOf(text: string): readonly string[] {
  const harmless = new Set(['--allow-root', '--quiet', '--silent', '--verbose', '-q', '-Q']);
  return text.split('\n').filter((name) => name.startsWith('-') && !harmless.has(name));
}

function userOf(name: string, sections: readonly Section[], context: ParseContext): Fact<KibanaUser> {
  const where = 'process, systemd unit and user database';
  if (name === '')
    return unknown(
      'Kibana does not run and no systemd unit says who would run it.',
      'Start it, then assess again.',
      where,
      context,
    );
  const [line = '', group = ''] = body(sections, 'user').split('\n');
  const entry = parsePasswd(line)[0];
  if (entry?.name !== name)
    return unknown(
      `The account ${name}, which runs Kibana, is not in the user database.`,
      'Check the User= of the unit.',
      where,
      context,
    );
  const told = body(sections, 'password').trim();
  const password: Account['password'] =
    told === 'locked' || told === 'set' || told === 'empty' ? told : 'unknown';
  return known(
    {
      name,
      uid: entry.uid,
      group: group === '' ? String(entry.gid) : group,
      home: entry.home,
      shell: entry.shell,
      password,
    },
    where,
    context,
  );
}

function filesOf(
  pathConf: string,
  sections: readonly Section[],
  context: ParseContext,
): Fact<readonly FileFact[]> {
  const tree = filesIn(body(sections, 'tree'));
  const named = filesIn(body(sections, 'named'));
  // A name with a line break can look like the line of another file, and hide what that one is.
  if (!tree || !named || new Set(tree.map(({ path }) => path)).size < tree.length)
    return unknown(
      'A file in the configuration of Kibana has a line break or another control character in its name.',
      'Find out who made it and rename or remove it, then assess again.',
      'stat',
      context,
    );
  // The directory alone, without what is in it, means that it may not be listed.
  if (tree.length < 2) return forbidden(`The directory ${pathConf}`, 'stat', context);
  const byPath = new Map([...named, ...tree].map((file) => [file.path, file]));
  return known(
    [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    'stat',
    context,
  );
}

/** Undefined when a line is not the line of a file. */
function filesIn(text: string): readonly FileFact[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  const files = lines.flatMap((line) => parseStat(line) ?? []);
  return files.length === lines.length ? files : undefined;
}
