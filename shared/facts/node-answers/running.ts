/**
 * Explicit settings with which the node itself runs, as `_nodes` tells them (seen on 7.17.29, 8.19.21 and 9.4.3): what its file
 * says now is what the next start will read. A setting that is not told is not set; keys of TLS are never told. Pure.
 */
import { z } from 'zod';

const valueSchema = z.union([
  z.string(),
  z.number().transform(String),
  z.boolean().transform(String),
  z.array(z.string()).transform((values) => values.join(',')),
]);

const bodySchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      process: z.object({ id: z.number() }).optional(),
      settings: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** The settings of this process; undefined when the answer does not hold them for certain. */
export function runningSettingsOf(
  body: string | undefined,
  pid: number | undefined,
): Readonly<Record<string, string>> | undefined {
  const nodes = Object.values(read(body)?.nodes ?? {});
  const own = nodes.filter((node) => pid !== undefined && node.process?.id === pid);
  // The same process number may occur on two hosts of a cluster.
  const settings = own.length === 1 ? own[0]?.settings : undefined;
  if (settings === undefined) return undefined;
  return Object.fromEntries(flat(settings, ''));
}

function flat(tree: Readonly<Record<string, unknown>>, above: string): readonly [string, string][] {
  return Object.entries(tree).flatMap(([name, value]): readonly [string, string][] => {
    const key = above === '' ? name : `${above}.${name}`;
    const text = valueSchema.safeParse(value);
    if (text.success) return [[key, text.data]];
    return isTree(value) ? flat(value, key) : [];
  });
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function read(body: string | undefined): z.infer<typeof bodySchema> | undefined {
  if (body === undefined) return undefined;
  try {
    const parsed = bodySchema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
