// The mouse and the keyboard for tests: small actions on a VS Code window that is reached through Chromium's debugging
// port. Each waits for what it causes, so that nothing needs to sleep. Lines and columns count from 1.
import { chromium } from 'playwright-core';
import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const LIMIT = 15_000;

export interface Connection {
  readonly page: Page;
  /** Ends the connection and leaves the window as it is. */
  readonly close: () => Promise<void>;
}

/** Connects to the window; inside a suite the port is in the environment. */
export async function connect(port = Number(process.env['NABLA_CDP_PORT'])): Promise<Connection> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: LIMIT });
  const pages = browser.contexts().flatMap((context) => context.pages());
  // The browser's page is at an address of this machine, the desktop's window is a file of VS Code.
  const page = pages.find((each) => /^http:\/\/127\.0\.0\.1:|workbench[^/]*\.html/.test(each.url()));
  if (!page) throw new Error(`no window of VS Code among ${pages.map((each) => each.url()).join(', ')}`);
  page.setDefaultTimeout(LIMIT);
  await page.locator('.monaco-workbench').waitFor();
  return { page, close: () => browser.close() };
}

/** Opens a file of the workspace through the quick open box and waits until its text is there. */
export async function openFile(page: Page, name: string): Promise<void> {
  await typeInNewBox(page, 'Control+P', name);
  // A search that was asked before the folder was known stays empty; typing again asks again.
  const end = Date.now() + LIMIT;
  while (Date.now() < end && !(await appears(quickRow(page, name), LIMIT / 10))) {
    await typeInBox(page, '');
    await typeInBox(page, name);
  }
  await quickRow(page, name).click();
  const base = name.slice(name.lastIndexOf('/') + 1);
  await page.locator(`.editor-group-container.active .tab.active[data-resource-name="${base}"]`).waitFor();
  await page.locator(`${EDITOR} .view-line`).first().waitFor();
}

async function appears(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}

/** Runs a command through the palette, as `Category: Title`. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await typeInNewBox(page, 'F1', `>${title}`);
  await quickRow(page, title).click();
}

/** Loads the window anew, as the command does, which ends the extensions and starts them again. */
export async function reloadWindow(page: Page): Promise<void> {
  await page.reload();
  await page.locator('.monaco-workbench .statusbar-item').first().waitFor();
}

/** Puts the cursor there. */
export async function goTo(page: Page, line: number, column = 1): Promise<void> {
  await typeInNewBox(page, 'Control+G', `:${line}:${column}`);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Chooses an entry of an open quick pick by its label. */
export async function choose(page: Page, label: string): Promise<void> {
  await quickRow(page, label).click();
}

/** Fills the open quick pick or input box and leaves it open. */
export async function typeInBox(page: Page, text: string): Promise<void> {
  await page.locator('.quick-input-widget:visible input.input').first().fill(text);
}

/** Opens a box with a key and fills it; one that closes again, as another part takes the focus, is opened anew. */
async function typeInNewBox(page: Page, key: string, text: string): Promise<void> {
  const end = Date.now() + LIMIT;
  for (;;) {
    await page.keyboard.press(key);
    try {
      await page
        .locator('.quick-input-widget:visible input.input')
        .first()
        .fill(text, { timeout: LIMIT / 5 });
      return;
    } catch (error) {
      if (Date.now() >= end) throw error;
    }
  }
}

/** The labels of the open quick pick that are in sight. */
export async function choices(page: Page): Promise<string[]> {
  // A row may have a second line with details.
  const rows = page.locator(
    '.quick-input-widget:visible .monaco-list-row .quick-input-list-row:first-child .label-name',
  );
  await rows.first().waitFor();
  return rows.allInnerTexts();
}

/** A row of the open quick pick whose label has the text, an exact one before a longer one. */
function quickRow(page: Page, text: string): Locator {
  const rows = page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  const label = page.locator('.label-name');
  const exact = new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`, 'i');
  return rows
    .filter({ has: label.filter({ hasText: exact }) })
    .or(rows.filter({ hasText: text }))
    .first();
}

const EDITOR = '.editor-group-container.active .editor-instance .monaco-editor';

export interface WordPlace {
  /** Which of the occurrences that are in sight, counted from 0. */
  readonly nth?: number;
  /** Only in a line whose text has this. */
  readonly inLine?: string;
}

/** Moves the mouse onto a word of the editor's text and waits for the hover, once it has the text or the element. */
export async function hoverWord(
  page: Page,
  word: string,
  expected: { text?: string | RegExp; selector?: string } & WordPlace = {},
): Promise<Locator> {
  await hideHover(page);
  const { x, y } = await wordMiddle(page, word, expected);
  // The editor takes the first movement for the mouse coming in and waits for one that is at the word.
  await page.mouse.move(x - 2, y);
  await page.mouse.move(x, y);
  return waitForHover(page, expected);
}

/** Shows the hover at the cursor by keyboard. */
export async function hoverAtCursor(
  page: Page,
  expected: { text?: string | RegExp; selector?: string } = {},
): Promise<Locator> {
  await page.keyboard.press('Control+K');
  await page.keyboard.press('Control+I');
  return waitForHover(page, expected);
}

async function waitForHover(
  page: Page,
  expected: { text?: string | RegExp; selector?: string },
): Promise<Locator> {
  let hover = page.locator('.monaco-hover:not(.hidden)').filter({ has: page.locator('.hover-contents') });
  if (expected.text !== undefined) hover = hover.filter({ hasText: expected.text });
  if (expected.selector !== undefined) hover = hover.filter({ has: page.locator(expected.selector) });
  await hover.first().waitFor();
  // A picture that is not decoded yet has no size, and a screenshot would lack it.
  await hover
    .first()
    .locator('img')
    .evaluateAll(async (images) => {
      await Promise.all(images.map(async (image) => image instanceof HTMLImageElement && image.decode()));
    });
  return hover.first();
}

/** Moves the mouse off the text and waits until no hover is left. */
export async function hideHover(page: Page): Promise<void> {
  await page.mouse.move(1, 1);
  await page.keyboard.press('Escape');
  await page.locator('.monaco-hover:not(.hidden) .hover-contents').waitFor({ state: 'hidden' });
}

/** The middle of a word of the active editor's text, in pixels of the window. */
export async function wordMiddle(
  page: Page,
  word: string,
  place: WordPlace = {},
): Promise<{ x: number; y: number }> {
  const found = await page.waitForFunction(
    ({ editor, text, nth, inLine }) => {
      const isWord = (character: string | undefined) => character !== undefined && /\w/.test(character);
      const lines = [...document.querySelectorAll<HTMLElement>(`${editor} .view-line`)]
        .filter((line) => (line.textContent ?? '').replace(/\u00a0/g, ' ').includes(inLine))
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
      let seen = 0;
      for (const line of lines) {
        const nodes: Text[] = [];
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) nodes.push(walker.currentNode as Text);
        const all = nodes
          .map((node) => node.data)
          .join('')
          .replace(/\u00a0/g, ' ');
        for (let at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) {
          if (isWord(text[0]) && (isWord(all[at - 1]) || isWord(all[at + text.length]))) continue;
          if (seen++ < nth) continue;
          // A word may be split over several spans: the middle character's own box is asked for.
          let offset = at + Math.floor(text.length / 2);
          for (const node of nodes) {
            if (offset >= node.length) {
              offset -= node.length;
              continue;
            }
            const range = document.createRange();
            range.setStart(node, offset);
            range.setEnd(node, offset + 1);
            const box = range.getBoundingClientRect();
            return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
          }
        }
      }
      return undefined;
    },
    { editor: EDITOR, text: word, nth: place.nth ?? 0, inLine: place.inLine ?? '' },
    { timeout: LIMIT },
  );
  const middle = await found.jsonValue();
  if (!middle) throw new Error(`"${word}" is not in sight in the editor`);
  return middle;
}

/** Clicks the lens with that title; `nth` tells equal ones apart, from the top. */
export async function clickLens(page: Page, title: string, nth = 0): Promise<void> {
  await page.locator(`${EDITOR} .codelens-decoration a`).filter({ hasText: title }).nth(nth).click();
}

/** The titles of the lenses in sight. */
export async function lenses(page: Page): Promise<string[]> {
  const all = page.locator(`${EDITOR} .codelens-decoration a`);
  await all.first().waitFor();
  return all.allInnerTexts();
}

/** The inside of a webview; the title tells several apart. */
export function webview(page: Page, title?: string): FrameLocator {
  const inner = title === undefined ? 'iframe#active-frame' : `iframe#active-frame[title="${title}"]`;
  return page.frameLocator('iframe.webview').frameLocator(inner);
}

/** The frame of a webview, to evaluate in. */
export async function frameOf(inside: FrameLocator): Promise<Frame> {
  const element = await inside.owner().elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error('there is no frame of the panel');
  return frame;
}

/** The notifications that are waiting in the centre, which suites need as the smoke test switch keeps them from popping up. */
export async function notifications(page: Page): Promise<string[]> {
  await runCommand(page, 'Notifications: Show Notifications');
  await page.locator('.notifications-center.visible').waitFor();
  const texts = await page.locator('.notifications-center .notification-list-item-message').allInnerTexts();
  await runCommand(page, 'Notifications: Hide Notifications');
  await page.locator('.notifications-center.visible').waitFor({ state: 'hidden' });
  return texts;
}

/**
 * What the system's clipboard holds. In a suite VS Code keeps what extensions copy to itself: ask `vscode.env.clipboard`
 * for that, and this one for what a webview copied.
 */
export async function clipboard(page: Page): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Keeps a picture of the window or of one element as `artifacts/NAME.png` and returns its path. */
export async function screenshot(page: Page, name: string, target?: Locator): Promise<string> {
  const folder = process.env['NABLA_ARTIFACTS'] ?? 'artifacts';
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  const options = { path, animations: 'disabled' } as const;
  await (target ? target.screenshot(options) : page.screenshot(options));
  return path;
}
