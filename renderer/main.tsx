/** Draws the window: finds the bridge, asks for the first snapshot, shows the app. */
import '@patternfly/patternfly/base/patternfly-variables.css';
import './ui/fonts.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './ui/parts.css';
import './ui/diff.css';
import './app/frame.css';
import './app/floating.css';
import './features/styles/page.css';
import './features/styles/start.css';
import './features/styles/tables.css';
import './features/styles/review.css';
import './features/styles/work.css';
import { createRoot } from 'react-dom/client';
import { App, NoBridge } from './app/app.tsx';
import { findBridge } from './bridge/bridge.ts';
import { BridgeProvider } from './bridge/context.tsx';
import { createMirror } from './bridge/mirror.ts';

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
