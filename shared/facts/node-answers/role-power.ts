/**
 * What a role definition grants that amounts to everything, or to the means of getting it. Pure. Privileges, names and patterns
 * as a node tells them (seen on 7.17.29, 8.0.0, 8.19.21 and 9.4.3).
 */
import { z } from 'zod';

/** A name, privilege or pattern of a role. Control characters and marks that turn the reading direction are no part of one. */
const wordSchema = z.string().regex(/^[^\p{C}]{1,1024}$/u);
const words = z.array(wordSchema).optional().default([]);

const indicesSchema = z
  .array(
    z.object({
      names: z.union([wordSchema.transform((one) => [one]), z.array(wordSchema)]),
      privileges: words,
      allow_restricted_indices: z.boolean().optional(),
    }),
  )
  .optional()
  .default([]);

export const roleSchema = z.object({
  cluster: words,
  indices: indicesSchema,
  remote_indices: indicesSchema,
  run_as: words,
  applications: z
    .array(z.object({ application: wordSchema, privileges: words }))
    .optional()
    .default([]),
  metadata: z.object({ _reserved: z.boolean().optional() }).nullish(),
});
export type Role = z.infer<typeof roleSchema>;

export interface RolePower {
  /** The words of the definition that grant too much; empty for a role with limits. */
  readonly grants: readonly string[];
  /** Whoever has the role can make himself a superuser. */
  readonly superuser: boolean;
}

export function powerOf(role: Role): RolePower {
  const found = [
    ...role.cluster.flatMap(byCluster),
    ...role.indices.flatMap(byIndices),
    ...role.remote_indices.flatMap(({ names, privileges }) => {
      const every = names.find(isEverything);
      const open = privileges.filter(reachesData);
      return every === undefined || open.length === 0
        ? []
        : [grant(`remote indices ${every}: ${open.join(', ')}`, false)];
    }),
    ...role.run_as.flatMap((name) => (mayFit(name, 'elastic') ? [grant(`run_as: ${name}`, true)] : [])),
    ...role.applications.flatMap(({ application, privileges }) =>
      isEverything(application) && privileges.length > 0
        ? [grant(`applications ${application}: ${privileges.join(', ')}`, false)]
        : [],
    ),
  ];
  return { grants: found.map(({ text }) => text), superuser: found.some(({ superuser }) => superuser) };
}

interface Grant {
  readonly text: string;
  readonly superuser: boolean;
}
const grant = (text: string, superuser: boolean): Grant => ({ text, superuser });

/** Each of these is enough to make oneself a superuser in one call (seen for manage_security on 8.19 and 9.5). */
const decisive = ['user/put', 'user/change_password', 'role/put', 'role_mapping/put'].map(
  (action) => `cluster:admin/xpack/security/${action}`,
);

function byCluster(privilege: string): readonly Grant[] {
  const name = privilege.toLowerCase();
  const superuser =
    /^(?:all|manage_security)$/.test(name) || decisive.some((action) => matches(name, action));
  // Keys in the name of others, and every key of others.
  return superuser || /^(?:grant_api_key|manage_api_key)$/.test(name)
    ? [grant(`cluster: ${privilege}`, superuser)]
    : [];
}

function byIndices({
  names,
  privileges,
  allow_restricted_indices: restricted,
}: Role['indices'][number]): readonly Grant[] {
  const open = privileges.filter(reachesData);
  const every = names.find(isEverything);
  if (open.length === 0 || (every === undefined && restricted !== true)) return [];
  // The users, roles and hashes themselves lie in there.
  const superuser =
    restricted === true &&
    open.some((privilege) => !/^read(?:_cross_cluster)?$/.test(privilege)) &&
    names.some((name) => mayFit(name, '.security-7') || mayFit(name, '.security'));
  const where = `${restricted === true ? 'restricted indices' : 'indices'} ${every ?? names.join(', ')}`;
  return [grant(`${where}: ${open.join(', ')}`, superuser)];
}

/** Everything but looking at names, sizes and mappings. */
function reachesData(privilege: string): boolean {
  return !/^(?:monitor|view_index_metadata|none)$/.test(privilege.toLowerCase());
}

/** A pattern that fits every name, as wildcards or as a regular expression between slashes. */
function isEverything(pattern: string): boolean {
  return /^(?:[*?:]*\*[*?:]*|\/(?:\.[*+]|@)+\/)$/.test(pattern);
}

/** A regular expression is not carried out here: it counts as one that fits. */
function mayFit(pattern: string, name: string): boolean {
  return /^\/.*\/$/s.test(pattern) || isEverything(pattern) || matches(pattern, name);
}

/** Wildcards `*` and `?`. */
function matches(pattern: string, name: string): boolean {
  let [at, star, mark] = [0, -1, 0];
  let place = 0;
  while (place < name.length) {
    if (pattern[at] === '*') {
      star = at;
      mark = place;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[place])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      place = mark;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
