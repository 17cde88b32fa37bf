/** Whatever a switch ended in, each direction has a sentence that is true of it. */
import { expect, it } from 'vitest';
import { describeWayBack } from './describe-return.ts';
import { type FinalState, finalStates } from './switch-script.ts';

const install = { unit: 'elasticsearch.service' };
const others = finalStates.filter((state) => !['committed', 'edited', 'not-returned'].includes(state));

it.each<FinalState | 'none'>([...others, 'none'])('the way back that ended in %s', (state) => {
  const error = describeWayBack(install, { state });
  const nothingMoved = ['none', 'not-stopped', 'not-noted'].includes(state);
  expect(error.message.includes('nothing was switched')).toBe(nothingMoved);
  expect(error.message.includes('did not start')).toBe(!nothingMoved && state !== 'returned-boot');
  // The secured configuration is what the host has, or nobody knows: never the state of before.
  expect(error.hostState).toBe(state === 'returned-down' ? 'unknown' : 'changed');
  expect(error.nextStep).toMatch(/undo this step again/i);
  expect(error.message).not.toContain(state);
});
