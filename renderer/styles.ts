/** All styles in their order, after the parts that bring their own: PatternFly's first, then ours over them. */
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
import './features/styles/choices.css';
import './features/styles/work.css';
import './features/styles/history.css';
import './features/styles/node-login.css';
