/** The firewall as far as Bulwark may change it: live rules, the files that make them last, and switches of services. */
import { z } from 'zod';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import { decodeImage, fromBase64, toBase64 } from '../../before-image.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { readRegular } from '../single-file.ts';

const fileSchema = z.discriminatedUnion('was', [
  z.strictObject({ was: z.literal('absent'), path: z.string() }),
  z.strictObject({
    was: z.literal('file'),
    path: z.string(),
    uid: z.number().int(),
    gid: z.number().int(),
    mode: z.string(),
    bytes: z.string(),
    /** Extended attributes as `name=hex,…`, where the host's tools can tell. */
    attributes: z.string().optional(),
  }),
]);
export type StateFile = z.infer<typeof fileSchema>;

const textsSchema = z.record(z.string(), z.string());

const stateSchema = z.strictObject({
  /** Live rules by place (a table, an address family, a zone), as the host's own tool lists them; empty for none. */
  live: textsSchema,
  files: z.array(fileSchema),
  /** What else a backend has to put back: whether a service is enabled, whether a folder was there. */
  flags: textsSchema,
});
export type FirewallState = z.infer<typeof stateSchema>;

/** How before-images were written while nftables was the only backend. */
const firstSchema = z.strictObject({
  table: z.string(),
  bootFile: fileSchema,
  rulesFile: fileSchema,
  folder: z.boolean(),
  enabled: z.string(),
});

/** Reads a before-image. Errors: WORKSPACE_INVALID. */
export function decodeState(before: Uint8Array): Result<FirewallState> {
  const image = decodeImage(z.union([stateSchema, firstSchema]), before);
  if (!image.ok) {
    return image;
  }
  const was = image.value;
  return succeed(
    'live' in was
      ? was
      : {
          live: { table: was.table },
          files: [was.bootFile, was.rulesFile],
          flags: { folder: was.folder ? 'yes' : 'no', enabled: was.enabled },
        },
  );
}

/** Reads a file that belongs to the state. Errors: FILE_NOT_REGULAR, the connection's. */
export async function readStateFile(context: ChangeContext, path: string): Promise<Result<StateFile>> {
  const file = await readRegular(context, path);
  if (!file.ok) {
    return fail(file.error);
  }
  return succeed(
    file.value === undefined
      ? { was: 'absent', path }
      : {
          was: 'file',
          path,
          uid: file.value.uid,
          gid: file.value.gid,
          mode: file.value.mode,
          bytes: toBase64(file.value.bytes),
          ...(file.value.attributes === undefined ? {} : { attributes: file.value.attributes }),
        },
  );
}

export async function readStateFiles(
  context: ChangeContext,
  paths: readonly string[],
): Promise<Result<StateFile[]>> {
  const files: StateFile[] = [];
  for (const path of paths) {
    const file = await readStateFile(context, path);
    if (!file.ok) {
      return file;
    }
    files.push(file.value);
  }
  return succeed(files);
}

export function textOfFile(file: StateFile | undefined): string {
  return file?.was === 'file' ? new TextDecoder().decode(fromBase64(file.bytes)) : '';
}

/** The file with another content; owner and mode stay, a new one belongs to root. @param mode of a new file */
export function withText(file: StateFile, text: string, mode: string): StateFile {
  const kept = file.was === 'file' ? file : { was: 'file' as const, path: file.path, uid: 0, gid: 0, mode };
  return { ...kept, bytes: toBase64(new TextEncoder().encode(text)) };
}

/** Attributes do not count: a new file gets those of its place, and a tool that writes its file anew forgets them. */
function counted(file: StateFile): StateFile {
  if (file.was === 'absent') return file;
  const { attributes: _, ...rest } = file;
  return rest;
}

export function sameFile(left: StateFile, right: StateFile): boolean {
  return canonicalJson(counted(left)) === canonicalJson(counted(right));
}

export function sameState(left: FirewallState, right: FirewallState): boolean {
  const [one, other] = [left, right].map((state) =>
    canonicalJson({ ...state, files: state.files.map(counted) }),
  );
  return one === other;
}

/** All live rules in one text, to be digested. */
export function liveText(live: FirewallState['live']): string {
  return Object.keys(live)
    .sort()
    .map((place) => live[place])
    .join('');
}
