/** Draws the window: finds the bridge, asks for the first snapshot, shows the app. */
import './schema-setup.ts';
import { createRoot } from 'react-dom/client';
import { App, NoBridge } from './app/app.tsx';
import { findBridge } from './bridge/bridge.ts';
import { BridgeProvider } from './bridge/context.tsx';
import { createMirror } from './bridge/mirror.ts';
import './styles.ts';

const place = document.getElementById('root');
if (place !== null) {
  const root = createRoot(place);
  const bridge = findBridge();
  if (bridge === undefined) {
    root.render(<NoBridge />);
  } else {
    const mirror = createMirror(bridge);
    root.render(
      <BridgeProvider bridge={bridge} mirror={mirror}>
        <App />
      </BridgeProvider>,
    );
    void mirror.load();
  }
}
