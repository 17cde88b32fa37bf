/** Puts a played main where the preload would put the real one, then starts the window's own code. */
import '../../../renderer/schema-setup.ts';
import { useUi } from '../../../renderer/app/ui-store.ts';
import { createFakeMain } from './fake-bridge.ts';
import { scenes } from './states/index.ts';

const wanted = new URLSearchParams(location.hash.slice(1));
const scene = scenes[wanted.get('state') ?? 'start'] ?? scenes['start'];
if (scene === undefined) throw new Error('there is no such state');
const theme = wanted.get('theme') === 'dark' ? 'dark' : 'light';
const { bridge } = createFakeMain({ ...scene.state, app: { ...scene.state.app, theme } });
Object.defineProperty(window, 'bulwark', { value: bridge });
useUi.setState({
  screen: scene.screen,
  nodeLoginHost: scene.nodeLoginHost ?? '',
  control: scene.control ?? '',
});
await import('../../../renderer/main.tsx');
