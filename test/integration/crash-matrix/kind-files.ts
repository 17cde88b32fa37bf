/** Finds the kinds' files: a kind joins the matrix by its file alone. */
import { readdirSync } from 'node:fs';
import { changeKinds } from '../../../electron/service/change-kinds.ts';
import type { KindFile } from './contract.ts';

const folder = new URL('./kinds/', import.meta.url);

/** Kinds of change that the product has. */
export function kindNames(): readonly string[] {
  return Object.keys(changeKinds);
}

/** Kinds of change that have a file. */
export function kindFiles(): readonly string[] {
  return readdirSync(folder).map((name) => name.replace(/\.ts$/, ''));
}

export async function loadKinds(): Promise<KindFile> {
  const files: KindFile[] = [];
  for (const name of kindFiles()) {
    const file = (await import(new URL(`${name}.ts`, folder).href)) as { readonly kinds: KindFile };
    files.push(file.kinds);
  }
  return files.flat();
}
