/** The before-image of a restart: how the unit stood, and what its cluster was. */
import { z } from 'zod';
import { decodeImage, encodeImage } from '../../before-image.ts';
import type { UnitState } from '../../elasticsearch/service.ts';
import { type RollingImage, rollingImageSchema } from '../../rolling/image.ts';

const imageSchema = z.object({
  version: z.literal(1),
  active: z.string(),
  /** Absent in images of before it was kept. */
  mainPid: z.number().int().optional(),
  /** Absent where no node of the cluster answered, and for a unit that is none of a cluster. */
  cluster: rollingImageSchema.optional(),
});
export type RestartImage = Readonly<z.infer<typeof imageSchema>>;

export function encodeRestart({ active, mainPid }: UnitState, cluster: RollingImage | undefined): Uint8Array {
  const image: RestartImage = { version: 1, active, mainPid, ...(cluster === undefined ? {} : { cluster }) };
  return encodeImage(image);
}

/** Undefined for a restart that undoing needed, which has none. */
export function decodeRestart(bytes: Uint8Array): RestartImage | undefined {
  const image = decodeImage(imageSchema, bytes);
  return image.ok ? image.value : undefined;
}
