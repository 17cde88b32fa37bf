/** Kibana's keystore: names of its entries. A value stays only where its name is not secret-like. */
import type { Fact } from '../../domain/fact.ts';
import type { KibanaKeystore } from '../../domain/kibana.ts';
import { Secret } from '../../domain/secret.ts';
import type { ParseContext } from '../../engine/fact-source.ts';
import { isSecretName, redacted } from '../../text/redact.ts';
import type { Section } from '../../text/sections.ts';
import { body, forbidden, known, unknown } from '../parse.ts';
import { keysIn } from './settings.ts';

/** What the probe prints at most, in bytes. */
const mostBytes = 65_536;

export function keystoreOf(
  path: string,
  sections: readonly Section[],
  context: ParseContext,
): Fact<KibanaKeystore> {
  const state = body(sections, 'keystore').trim();
  if (state === 'missing')
    return known({ path, exists: false, entries: [], keys: [], digest: undefined }, path, context);
  if (state !== 'present') return forbidden(path, path, context);
  const bytes = new TextEncoder().encode(body(sections, 'keystore-content'));
  const damaged = `${path} is not a keystore of Kibana that Bulwark can read.`;
  const mend = 'Look at it with Kibana’s own tool: bin/kibana-keystore list.';
  if (bytes.length > mostBytes) return unknown(damaged, mend, path, context);
  if (context.kibana === undefined)
    return unknown(`${path} was not opened.`, 'Assess the host again.', path, context);
  const opened = context.kibana.open(bytes);
  if (!(opened instanceof Secret))
    return opened === 'protected'
      ? unknown(
          `${path} has a password, which Bulwark does not ask for, or it is damaged.`,
          'Look at it by hand with Kibana’s own tool: bin/kibana-keystore list.',
          path,
          context,
        )
      : unknown(damaged, mend, path, context);
  const entries = entriesIn(opened);
  if (entries === undefined) return unknown(damaged, mend, path, context);
  const digest = body(sections, 'keystore-digest').trim();
  return known(
    {
      path,
      exists: true,
      entries: [...entries]
        .map(([name, values]) => {
          const secretLike = isSecretName(name);
          return {
            name,
            values: secretLike ? values.map((value) => (value === '' ? '' : redacted)) : values,
            secretLike,
          };
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      keys: keysIn((name) => entries.get(name)?.join(','), context),
      digest: /^[0-9a-f]{64}$/.test(digest) ? digest : undefined,
    },
    path,
    context,
  );
}

/** By name. Kibana stores any JSON value; what is neither one value nor a list of them is taken as a secret of that name. */
function entriesIn(opened: Secret): ReadonlyMap<string, readonly string[]> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(opened.reveal());
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  return new Map(
    Object.entries(parsed).map(([name, value]: [string, unknown]) => {
      const values = Array.isArray(value) ? value : [value];
      return [name, values.map((one: unknown) => (isPlain(one) ? String(one) : redacted))];
    }),
  );
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
