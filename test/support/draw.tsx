/** Draws the window's parts over a played main, for tests of single parts. */
import { type RenderResult, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { BridgeProvider } from '../../renderer/bridge/context.tsx';
import { createMirror } from '../../renderer/bridge/mirror.ts';
import type { AppState } from '../../shared/contract/state.ts';
import { createFakeMain, type FakeMain } from '../e2e/fake-main/fake-bridge.ts';

export async function draw(state: AppState, part: ReactNode): Promise<FakeMain & RenderResult> {
  const main = createFakeMain(state);
  const mirror = createMirror(main.bridge);
  await mirror.load();
  const drawn = render(
    <BridgeProvider bridge={main.bridge} mirror={mirror}>
      {part}
    </BridgeProvider>,
  );
  return { ...main, ...drawn };
}
