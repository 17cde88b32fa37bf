import { expect, it } from 'vitest';
import { allEnded } from './all-ended.ts';

it('a throw is heard when all have ended', async () => {
  let ended = false;
  const slow = new Promise<void>((resolve) => setTimeout(resolve, 10)).then(() => {
    ended = true;
  });
  await expect(allEnded([Promise.reject(new Error('defect')), slow])).rejects.toThrow('defect');
  expect(ended).toBe(true);
});
