/** What may cross to the window, looked at as types and schemas: nothing in it can hold a secret or just anything. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { api } from '../../shared/contract/api.ts';
import type { Client } from '../../shared/contract/derive.ts';
import { type Events, events } from '../../shared/contract/events.ts';
import { type AppState, appStateSchema } from '../../shared/contract/state.ts';
import type { Secret } from '../../shared/domain/secret.ts';

/** Whether a value of type T has a place for an X, however deep. */
type Carries<T, X> = T extends X
  ? true
  : T extends readonly (infer E)[]
    ? Carries<E, X>
    : T extends object
      ? true extends { [K in keyof T]-?: Carries<T[K], X> }[keyof T]
        ? true
        : false
      : false;
type Answers = {
  [G in keyof Client]: {
    [C in keyof Client[G]]: Client[G][C] extends (...input: never) => Promise<infer A> ? A : never;
  };
};
type Holder = { readonly a: readonly { readonly b: Secret }[] };

interface Named {
  readonly path: string;
  readonly schema: unknown;
}

/** Every schema below one, as JSON schema, with its path. */
function below(schema: unknown, path: string): Named[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((one: unknown) => below(one, path));
  const members = Object.entries(schema as Readonly<Record<string, unknown>>);
  const children = members.flatMap(([key, value]) => {
    if (key === 'properties' || key === '$defs')
      return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([name, one]) => [
        { path: `${path}.${name}`, schema: one },
        ...below(one, `${path}.${name}`),
      ]);
    return ['items', 'anyOf', 'oneOf', 'allOf', 'additionalProperties', 'prefixItems'].includes(key)
      ? below(value, path)
      : [];
  });
  return children;
}

const outputs: readonly Named[] = [
  { path: 'state', schema: z.toJSONSchema(appStateSchema) },
  ...Object.entries(events).map(([name, schema]) => ({
    path: `event ${name}`,
    schema: z.toJSONSchema(schema),
  })),
  ...Object.entries(api as Readonly<Record<string, Readonly<Record<string, { output: z.ZodType }>>>>).flatMap(
    ([group, calls]) =>
      Object.entries(calls).map(([name, call]) => ({
        path: `${group}.${name}`,
        schema: z.toJSONSchema(call.output),
      })),
  ),
];

describe('what crosses to the window', () => {
  // security: no type of state, event or answer has a place for a Secret
  it('has no place for a secret in its types', () => {
    const found: readonly [
      Carries<Holder, Secret>,
      Carries<AppState, Secret>,
      Carries<Events, Secret>,
      Carries<Answers, Secret>,
    ] = [true, false, false, false];
    expect(found).toEqual([true, false, false, false]);
  });

  // security: no field that crosses is called like a secret value
  it('has no field that is called like a secret value', () => {
    const fields = outputs.flatMap(({ path, schema }) => below(schema, path)).map(({ path }) => path);
    expect(fields.length).toBeGreaterThan(200);
    const names = fields.filter((path) =>
      /\.(password|passphrase|secret|value|key|token|privateKey)$/i.test(path),
    );
    // Evidence is redacted before it is made; `key` is the public host key; `value` of edits and settings is shown before
    // it is set, and their schemas take no secret; `options` are what an operator is offered to choose from. A `ref` names a secret in the vault.
    const shown =
      /evidence\.value$|\.key\.key$|edits\.value$|settings\.value$|entries\.value$|\.key$|set\.value$|choices\.options\.value$/;
    expect(names.filter((path) => !shown.test(path) && !fields.includes(`${path}.ref`))).toEqual([]);
  });

  // security: no field that crosses may be just anything
  it('has no field without a form', () => {
    const open = outputs
      .flatMap(({ path, schema }) => below(schema, path))
      .filter(
        ({ schema }) => typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0,
      );
    expect(open).toEqual([]);
  });

  // security: ids and choices cross to main; a path crosses in a host's key file only
  it('takes no path, command or code from the window', () => {
    const inputs = Object.entries(
      api as Readonly<Record<string, Readonly<Record<string, { input: z.ZodType }>>>>,
    ).flatMap(([group, calls]) =>
      Object.entries(calls).flatMap(([name, call]) => below(z.toJSONSchema(call.input), `${group}.${name}`)),
    );
    const suspicious = inputs
      .map(({ path }) => path)
      .filter((path) => /\.(path|file|folder|command|script|code|url|html)$/i.test(path));
    expect([...new Set(suspicious)].sort()).toEqual([
      'hosts.add.draft.login.path',
      'hosts.update.draft.login.path',
    ]);
  });
});
