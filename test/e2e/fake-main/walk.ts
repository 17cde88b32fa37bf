/** Walks the operator's path over the played main, in a Chromium of the machine. */
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { servePage } from './page-server.ts';
import { walkPath } from './walk-path.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const server = await servePage();
const browser = await chromium.launch(executablePath === undefined ? {} : { executablePath });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(10_000);
page.on('pageerror', (error) => console.log('the page threw', error.message));
await page.goto(`${server.address}#state=start-first-run`);
await walkPath(page, (step) => console.log(step));
await browser.close();
server.close();
