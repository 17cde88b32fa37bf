/**
 * The built window in a current Chromium, by a played main: every state in both themes, the operator's whole path, and
 * the report on paper. `BULWARK_CHROMIUM` names the executable, `BULWARK_CHROMIUM_LIBRARIES` a folder of libraries for it.
 * Arguments: names of states; none means all. The last line holds the totals; exit status 1 when something failed.
 */
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { scenes } from '../e2e/fake-main/states/index.ts';
import { walkPath } from '../e2e/fake-main/walk-path.ts';
import { WizardApp } from '../e2e/screens/wizard-app.ts';
import { printSignVerify } from './report.ts';
import { listenToComplaints, playedBridge, serveWindow } from './served-window.ts';

const executablePath = process.env['BULWARK_CHROMIUM'] ?? '/usr/bin/chromium';
const libraries = process.env['BULWARK_CHROMIUM_LIBRARIES'];
const quiet = 500;

const served = await serveWindow();
const bridge = await playedBridge();
const browser = await chromium.launch({
  executablePath,
  ...(libraries === undefined ? {} : { env: { ...process.env, LD_LIBRARY_PATH: libraries } }),
});
let passed = 0;
let failed = 0;

interface Opened {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: readonly string[];
}

async function open(from: Browser): Promise<Opened> {
  const context = await from.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript({ content: bridge });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return { context, page, complaints: await listenToComplaints(context, page) };
}

async function check(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function expectNone(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error([...new Set(complaints)].join('\n    '));
}

/** Draws a state as it is shown at the start and, where the rail leads there, on the screen that it is about. */
async function show({ page, complaints }: Opened, name: string, theme: string): Promise<void> {
  const before = complaints.length;
  // A change of the fragment alone would keep the page.
  await page.goto('about:blank');
  await page.goto(`${served.address}#state=${name}&theme=${theme}`);
  const wizard = new WizardApp(page);
  await wizard.ready();
  const screen = scenes[name]?.screen ?? 'start';
  const label = `${screen.charAt(0).toUpperCase()}${screen.slice(1)}`;
  const button = page
    .getByRole('navigation', { name: 'Steps' })
    .getByRole('button', { name: new RegExp(`^${label}\\b`) });
  if (screen !== 'start' && (await button.isVisible()) && (await page.getByRole('dialog').count()) === 0) {
    await button.click();
    await page.getByRole('heading', { level: 1, name: label, exact: true }).waitFor();
  }
  await page.evaluate(() => document.fonts.ready);
  expectNone(complaints.slice(before));
}

/** Without these the silence of the others would prove nothing: the policy is there and this Chromium holds to it. */
async function policyHolds({ page, complaints }: Opened): Promise<void> {
  await page.goto(`${served.address}#state=start`);
  await new WizardApp(page).ready();
  // Nothing in these has a name of its own: the loader would add a helper that the page does not have.
  const seen = await page.evaluate(() => {
    const held = { markup: false, source: false, inline: false };
    try {
      document.createElement('div').insertAdjacentHTML('beforeend', '<b>x</b>');
    } catch {
      held.markup = true;
    }
    try {
      document.createElement('script').setAttribute('src', '/x.js');
    } catch {
      held.source = true;
    }
    const script = document.createElement('script');
    script.append('window.inlineRan = true');
    document.head.append(script);
    held.inline = !Reflect.has(window, 'inlineRan');
    const style = document.createElement('style');
    style.append('body { color: red }');
    document.head.append(style);
    return held;
  });
  const open = Object.entries(seen).filter(([, held]) => !held);
  if (open.length > 0) throw new Error(`the policy let through: ${open.map(([name]) => name).join(', ')}`);
  await page.waitForTimeout(quiet);
  const violations = complaints.filter((one) => one.startsWith('policy: '));
  for (const directive of ['require-trusted-types-for', 'style-src'])
    if (!violations.some((one) => one.includes(directive)))
      throw new Error(`a violation of ${directive} was not told of: ${violations.join(' | ')}`);
}

console.log(`The built window in Chromium ${browser.version()}`);
const states = await open(browser);
const asked = process.argv.slice(2);
const names = Object.keys(scenes).filter((name) => asked.length === 0 || asked.includes(name));
for (const name of names)
  for (const theme of ['light', 'dark']) await check(`${name}, ${theme}`, () => show(states, name, theme));
await states.context.close();
console.log(`  ${names.length} states in two themes looked at`);

await check("the operator's path", async () => {
  const path = await open(browser);
  await path.page.goto(`${served.address}#state=start-first-run`);
  await walkPath(path.page, (step) => console.log(`  walked: ${step}`));
  expectNone(path.complaints);
  await path.context.close();
});
await check('the policy', async () => {
  const one = await open(browser);
  await policyHolds(one);
  await one.context.close();
});
await check('the report on paper', () => printSignVerify(browser));
await browser.close();
served.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
