/** The report's fixed words for states, and how it writes times. */
import type { Exposure } from '../../../domain/finding.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { Severity } from '../../../domain/severity.ts';

export const outcomeTitles: Readonly<Record<Outcome, string>> = {
  pass: 'Pass',
  fail: 'Fail',
  unknown: 'Unknown',
  error: 'Error',
  'not-applicable': 'Not applicable',
};

export const severityTitles: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  informational: 'Informational',
};

const blasts: Readonly<Record<string, string>> = {
  none: 'nothing interrupted',
  reload: 'reloads a service',
  restart: 'restarts a service',
  rolling: 'restarts Elasticsearch while the other nodes go on',
  full: 'stops and starts Elasticsearch',
  access: 'could cut access, guarded on the host',
};

export function blastWords(blast: string): string {
  return blasts[blast] ?? blast;
}

const results: Readonly<Record<string, string>> = {
  done: 'Done and verified',
  failed: 'Failed',
  'undone-after-failure': 'Failed, old state restored',
  unknown: 'Outcome unknown',
};

export function resultWords(result: string, undone: boolean): string {
  if (undone && result !== 'undone-after-failure') return 'Undone';
  return results[result] ?? result;
}

const states: Readonly<Record<Exposure['state'], string>> = {
  closed: 'Closed',
  filtered: 'No answer',
  clear: 'Open, not encrypted',
  tls: 'Open, TLS',
  'open-silent': 'Open, silent',
  'not-probed': 'Not probed',
};

export function exposureWords(exposure: Exposure): string {
  const strangers = {
    yes: 'answers without credentials',
    no: 'answers nobody without credentials',
    unknown: 'not known whether it answers without credentials',
  };
  const silent =
    exposure.state === 'closed' || exposure.state === 'filtered' || exposure.state === 'not-probed';
  return silent
    ? states[exposure.state]
    : `${states[exposure.state]}; ${strangers[exposure.answersStranger]}`;
}

/** `2026-11-21 22:34 UTC`; a text that is no time stays as it is. */
export function time(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? iso : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function count(many: number, one: string, more = `${one}s`): string {
  return `${many} ${many === 1 ? one : more}`;
}

/** `a, b and c`, at most `most` of them, then how many there are besides. */
export function listed(items: readonly string[], most: number): string {
  if (items.length > most) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** From the version and layout that a host was found to have, as `8.19.21 (archive)`; `none`, or `not known`. */
export function elasticsearchWords(found: string): string {
  if (found === 'none') return 'no Elasticsearch';
  if (found === 'not known') return 'Elasticsearch of unknown version';
  const layouts = { archive: 'unpacked archive', package: 'Debian or RPM package' };
  const [, version, layout] = /^(.*) \((archive|package)\)$/.exec(found) ?? [];
  return version !== undefined && (layout === 'archive' || layout === 'package')
    ? `Elasticsearch ${version} (${layouts[layout]})`
    : /^elasticsearch\b/i.test(found)
      ? found
      : `Elasticsearch ${found}`;
}

/** What a path is that was left on a host on purpose, and what may become of it. */
export function keptWords(path: string): string {
  if (/[./]set-aside-[^/]*$/.test(path))
    return 'The data directory from before Elasticsearch was secured. It held cluster state and no index of yours; the node began with an empty one. Bulwark needs it to take the change back and never deletes it. Remove it by hand when nobody wants to go back.';
  if (/\.before-encryption-[^/]*$/.test(path))
    return 'The data from before it was moved to the encrypted volume, readable to whoever gets at the disk. Bulwark removes it only when you order it (bulwark confirm-removal, or the history of the host).';
  return 'Bulwark needs it to take a change back and never deletes it.';
}

/** A name that a change recognises its work by: `httpCa` reads "http ca"; paths stay as they are. */
export function markWords(key: string): string {
  return /^[a-z]+(?:[A-Z][a-z]*)+$/.test(key)
    ? key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : key;
}
