/**
 * Users, roles, role mappings, API keys, and whether `elastic` has a stored password, out of what a node answered (shapes seen on
 * 7.17.29, 8.0.0, 8.19.21 and 9.4.3). Pure. A part whose answer does not have its shape was not told.
 */
import { z } from 'zod';
import type { ApiKey, Identities, KnownUser, OwnRoles, RoleMapping } from '../../domain/identities.ts';
import { saidSchema } from '../../domain/topology.ts';
import { powerOf, type Role, roleSchema } from './role-power.ts';

/** Status and body by the name of the request; undefined where nothing came back. */
export interface IdentityAnswers {
  readonly users: Answer | undefined;
  readonly roles: Answer | undefined;
  readonly mappings: Answer | undefined;
  readonly apiKeys: Answer | undefined;
  readonly storedElastic: Answer | undefined;
}
export interface Answer {
  readonly status: number;
  readonly body: string;
}

const names = z.array(saidSchema).optional().default([]);

const usersSchema = z.record(
  saidSchema,
  z.object({
    enabled: z.boolean(),
    roles: names,
    metadata: z.object({ _reserved: z.boolean().optional() }).nullish(),
  }),
);

const mappingsSchema = z.record(
  saidSchema,
  z.object({
    enabled: z.boolean(),
    roles: names,
    role_templates: z.array(z.unknown()).optional(),
    rules: z.unknown(),
  }),
);

const descriptorsSchema = z.record(z.string(), roleSchema);
const keysSchema = z.object({
  api_keys: z.array(
    z.object({
      name: saidSchema.nullish(),
      id: saidSchema,
      username: saidSchema.optional(),
      invalidated: z.boolean(),
      expiration: z.number().optional(),
      role_descriptors: descriptorsSchema.optional(),
      /** What the owner might do when the key was made (asked for from 8.5 on). */
      limited_by: z.array(descriptorsSchema).optional(),
    }),
  ),
});

const storedSchema = z.object({
  found: z.literal(true),
  // Only whether there is one: the hash goes no further than this line.
  _source: z.object({ password: z.string().transform((hash) => hash !== '') }),
});

/** @param now milliseconds since 1970, by the operator's clock: expired keys are not counted */
export function identitiesOf(answers: IdentityAnswers, now: number): Identities {
  return {
    users: usersOf(answers.users),
    roles: rolesOf(answers.roles),
    mappings: mappingsOf(answers.mappings),
    apiKeys: apiKeysOf(answers.apiKeys, now),
    elasticStored: storedOf(answers.storedElastic),
  };
}

function usersOf(answer: Answer | undefined): readonly KnownUser[] | undefined {
  const users = read(usersSchema, answer);
  // Built-in users are always there (seen on 7.17 to 9.5); without them this is no list of users.
  if (users?.['elastic'] === undefined) return undefined;
  return Object.entries(users).map(([name, user]) => ({
    name,
    enabled: user.enabled,
    reserved: user.metadata?._reserved === true,
    roles: user.roles,
  }));
}

function rolesOf(answer: Answer | undefined): OwnRoles | undefined {
  const roles = read(z.record(saidSchema, roleSchema), answer);
  if (roles?.['superuser'] === undefined) return undefined;
  const own = Object.entries(roles).filter(([, role]) => role.metadata?._reserved !== true);
  return {
    count: own.length,
    broad: own.flatMap(([name, role]) => {
      const power = powerOf(role);
      return power.grants.length === 0 ? [] : [{ name, ...power }];
    }),
    names: Object.keys(roles),
  };
}

function mappingsOf(answer: Answer | undefined): readonly RoleMapping[] | undefined {
  const mappings = read(mappingsSchema, answer);
  return mappings === undefined
    ? undefined
    : Object.entries(mappings).map(([name, one]) => ({
        name,
        enabled: one.enabled,
        roles: one.roles,
        byTemplate: (one.role_templates ?? []).length > 0,
        everybody: letsInEverybody(one.rules),
      }));
}

/**
 * Of `any` one branch is enough, of `all` every one is needed; a realm is no restriction among those whom it knows. What is not
 * understood counts as one.
 */
function letsInEverybody(rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return false;
  const { any, all, except, field } = rule as Readonly<Record<string, unknown>>;
  if (Array.isArray(any)) return any.some(letsInEverybody);
  if (Array.isArray(all)) return all.length > 0 && all.every(letsInEverybody);
  if (except !== undefined) return !letsInEverybody(except);
  if (typeof field !== 'object' || field === null) return false;
  return Object.entries(field).every(
    ([name, value]) => name === 'realm.name' || [value].flat().some((one) => one === '*'),
  );
}

function apiKeysOf(answer: Answer | undefined, now: number): readonly ApiKey[] | undefined {
  // 7.17 without HTTPS has none (seen on 7.17.29).
  if (answer?.status === 400 && /"disabled\.feature"\s*:\s*"api_keys"/.test(answer.body)) return [];
  const told = read(keysSchema, answer);
  return told?.api_keys
    .filter((key) => !key.invalidated && (key.expiration === undefined || key.expiration > now))
    .map((key) => ({
      name: key.name ?? key.id,
      owner: key.username ?? '',
      expires: key.expiration !== undefined,
      unlimited:
        key.role_descriptors === undefined ? undefined : Object.keys(key.role_descriptors).length === 0,
      everything: mayDoEverything(key.role_descriptors, key.limited_by),
    }));
}

type Descriptors = Readonly<Record<string, Role>>;

/** A key may do what its own descriptors and those of its owner both allow; without own ones it may do what the owner may. */
function mayDoEverything(
  own: Descriptors | undefined,
  limits: readonly Descriptors[] | undefined,
): boolean | undefined {
  if (own === undefined) return undefined;
  const mighty = (roles: Descriptors) => Object.values(roles).some((role) => powerOf(role).superuser);
  if (Object.keys(own).length > 0 && !mighty(own)) return false;
  return limits === undefined ? undefined : limits.some(mighty);
}

function storedOf(answer: Answer | undefined): boolean | undefined {
  if (answer?.status === 404) {
    const missing = parse(answer.body);
    const told = z
      .union([
        z.object({ found: z.literal(false) }),
        z.object({ error: z.object({ type: z.literal('index_not_found_exception') }) }),
      ])
      .safeParse(missing);
    return told.success ? false : undefined;
  }
  return read(storedSchema, answer)?._source.password;
}

function read<T extends z.ZodType>(schema: T, answer: Answer | undefined): z.infer<T> | undefined {
  if (answer?.status !== 200) return undefined;
  const parsed = schema.safeParse(parse(answer.body));
  return parsed.success ? parsed.data : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
