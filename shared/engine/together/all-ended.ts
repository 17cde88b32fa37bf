/** As `Promise.all`, but a throw is heard only when all have ended: hosts are not unlocked while others still work on theirs. */
export async function allEnded<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works);
  return await Promise.all(works);
}
