/**
 * Draws every state in both themes into `out/screens/`, runs axe on each and lists what the page complained about.
 * Arguments: names of states; none means all. Exit status 1 when something was found.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, chromium } from '@playwright/test';
import { servePage } from './page-server.ts';
import { scenes } from './states/index.ts';

const folder = 'out/screens';
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Shot {
  readonly name: string;
  readonly scene: string;
  readonly theme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel; 2 on half the size is what 200 % zoom gives. */
  readonly zoom: number;
}

function shotsOf(scene: string): readonly Shot[] {
  const usual = { scene, width: 1440, height: 900, zoom: 1 } as const;
  const shots: Shot[] = [
    { ...usual, name: `${scene}-light`, theme: 'light' },
    { ...usual, name: `${scene}-dark`, theme: 'dark' },
  ];
  if (['review', 'apply-plan', 'hosts', 'verify', 'assess'].includes(scene)) {
    shots.push(
      { ...usual, name: `${scene}-small`, theme: 'light', width: 1024, height: 700 },
      { ...usual, name: `${scene}-zoom-200`, theme: 'light', width: 720, height: 450, zoom: 2 },
    );
  }
  return shots;
}

async function take(context: BrowserContext, address: string, shot: Shot): Promise<readonly string[]> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.setViewportSize({ width: shot.width, height: shot.height });
  await page.goto(`${address}#state=${shot.scene}&theme=${shot.theme}`);
  await page.locator('h1').first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${folder}/${shot.name}.png`, animations: 'disabled' });
  const over = await page.evaluate(() => {
    const { scrollHeight, clientHeight } = document.documentElement;
    return scrollHeight - clientHeight;
  });
  // Only the screen inside the frame scrolls; a window this wide never does.
  if (over > 0) complaints.push(`the whole window scrolls by ${over} px`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(tags).analyze();
  for (const violation of violations) {
    const where = violation.nodes.slice(0, 3).map((node) => node.target.join(' '));
    complaints.push(`axe ${violation.id} (${violation.impact}): ${where.join(' | ')}`);
  }
  await page.close();
  return complaints.map((complaint) => `${shot.name}: ${complaint}`);
}

const wanted = process.argv.slice(2);
const names = Object.keys(scenes).filter((name) => wanted.length === 0 || wanted.includes(name));
mkdirSync(folder, { recursive: true });
const server = await servePage();
const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath });
const contexts = new Map<number, BrowserContext>();
const found: string[] = [];
for (const shot of names.flatMap(shotsOf)) {
  const context = contexts.get(shot.zoom) ?? (await browser.newContext({ deviceScaleFactor: shot.zoom }));
  contexts.set(shot.zoom, context);
  found.push(...(await take(context, server.address, shot)));
}
await browser.close();
server.close();
console.log(`${names.length} states drawn into ${folder}`);
for (const complaint of new Set(found)) console.log(complaint);
process.exitCode = found.length === 0 ? 0 : 1;
