/** kibana.yml. Values of secret-like settings are dropped while parsing, names of variables are not; of encryption keys length and print stay. */
import type { Fact } from '../../domain/fact.ts';
import { encryptionKeys, type KibanaKey, type KibanaSettings } from '../../domain/kibana.ts';
import type { ParseContext } from '../../engine/fact-source.ts';
import { type Section, sectionNamed } from '../../text/sections.ts';
import { readYamlSettings, redactSettings, settingValue } from '../../text/yaml-settings.ts';
import { forbidden, known, unknown } from '../parse.ts';

/** What the probe prints at most, in bytes. */
const mostText = 262_144;

/** The name of a variable is no secret; with a default (`${NAME:value}`) it may be one. */
const reference = /^\$\{\w+\}$/;

export function settingsOf(sections: readonly Section[], context: ParseContext): Fact<KibanaSettings> {
  const path = sectionNamed(sections, 'path')?.rest ?? '';
  const unreadable = sectionNamed(sections, 'unreadable');
  if (unreadable?.body.trim() === 'missing')
    return unknown(`There is no ${path}.`, 'Check KBN_PATH_CONF of Kibana.', path, context);
  if (unreadable || path === '') return forbidden(path || 'kibana.yml', path || 'kibana.yml', context);
  const digest = sectionNamed(sections, 'digest')?.body.trim() ?? '';
  const text = (sectionNamed(sections, 'text')?.body ?? '').replace(/^ (?=@@)/gm, '');
  if (text.length >= mostText)
    return unknown(
      `${path} is larger than Bulwark reads.`,
      'Tell us about it: nothing is judged on half of it.',
      path,
      context,
    );
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
  const settings = redactSettings(read.settings).map((one, index) => {
    const clear = read.settings[index]?.values ?? [];
    const values = clear.every((value) => reference.test(value)) ? clear : one.values;
    return { ...one, values, value: values.join(',') };
  });
  const symlink = sectionNamed(sections, 'symlink')?.body.trim() === 'yes';
  const keys = keysIn((name) => settingValue(read.settings, name), context);
  return known({ path, digest, settings, duplicates: read.duplicates, symlink, keys }, path, context);
}

/** The encryption keys among the settings, without their values. */
export function keysIn(
  valueOf: (name: string) => string | undefined,
  { kibana }: ParseContext,
): readonly KibanaKey[] {
  return encryptionKeys.flatMap((name) => {
    const value = valueOf(name);
    // What comes from a variable is not known here.
    if (value === undefined || value === '' || value.includes('${')) return [];
    return [{ name, length: value.length, print: kibana?.print(`${name}\0${value}`) }];
  });
}
