/** Runs in the page before the window's own code: puts a played main where the preload would put the real one. */
import '../../renderer/schema-setup.ts';
import { createFakeMain } from '../e2e/fake-main/fake-bridge.ts';
import { scenes } from '../e2e/fake-main/states/index.ts';

const wanted = new URLSearchParams(location.hash.slice(1));
const scene = scenes[wanted.get('state') ?? ''];
if (scene !== undefined) {
  const theme = wanted.get('theme') === 'dark' ? 'dark' : 'light';
  const { bridge } = createFakeMain({ ...scene.state, app: { ...scene.state.app, theme } });
  Object.defineProperty(window, 'bulwark', { value: bridge });
}
