// Looks at the product: starts VS Code with the extension on the sample workspace, performs steps, keeps screenshots.
//   shoot [--serve] [--reload] [SCENARIO.json ...] [step, step, ...]
// A step is an action of the driver and its arguments; commas separate steps on the command line:
//   shoot open logistic.py , hover sigmoid , shot hover .monaco-hover:not(.hidden) , command "Nabla: Derive Gradient" , shot panel
// --serve keeps the window until Ctrl+C; further calls use it, which saves the start, and see its state, or a
// fresh build with --reload.
import type { Page } from 'playwright-core';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as driver from '../driver';
import { findVSCode } from '../launch/find';
import { makeLauncher } from '../launch/launcher';
import { artifacts, cache, root, sampleWorkspace } from '../launch/paths';
import { isFree, messageOf, onEnd, say, until, within } from '../launch/processes';
import { makeProfile, removeProfile } from '../launch/profile';

type Step = readonly [action: string, ...args: string[]];
type Action = (page: Page, ...args: string[]) => Promise<unknown>;

const PORT_FILE = join(cache, 'shoot-port');

/** What a step can do. An argument in brackets may be left out. */
const ACTIONS: Readonly<Record<string, { usage: string; run: Action }>> = {
  open: { usage: 'FILE', run: (page, file = '') => driver.openFile(page, file) },
  goto: {
    usage: 'LINE [COLUMN]',
    run: (page, line, column = '1') => driver.goTo(page, Number(line), Number(column)),
  },
  hover: {
    usage: 'WORD [IN-LINE-WITH] [EXPECTED-TEXT]',
    run: (page, word = '', inLine = '', text = '') => driver.hoverWord(page, word, { inLine, text }),
  },
  unhover: { usage: '', run: (page) => driver.hideHover(page) },
  command: { usage: 'TITLE', run: (page, title = '') => driver.runCommand(page, title) },
  lens: {
    usage: 'TITLE [NTH]',
    run: (page, title = '', nth = '0') => driver.clickLens(page, title, Number(nth)),
  },
  choose: { usage: 'LABEL', run: (page, label = '') => driver.choose(page, label) },
  type: { usage: 'TEXT (into the open box)', run: (page, text = '') => driver.typeInBox(page, text) },
  key: { usage: 'KEYS', run: (page, keys = '') => page.keyboard.press(keys) },
  keys: { usage: 'TEXT (as typed)', run: (page, text = '') => page.keyboard.type(text) },
  click: { usage: 'SELECTOR', run: (page, selector = '') => page.locator(selector).first().click() },
  wait: { usage: 'SELECTOR', run: (page, selector = '') => page.locator(selector).first().waitFor() },
  'view-click': {
    usage: 'SELECTOR (in the webview)',
    run: (page, selector = '') => driver.webview(page).locator(selector).first().click(),
  },
  'view-fill': {
    usage: 'SELECTOR TEXT (in the webview)',
    run: (page, selector = '', text = '') => driver.webview(page).locator(selector).first().fill(text),
  },
  'view-select': {
    usage: 'SELECTOR LABEL (in the webview)',
    run: (page, selector = '', label = '') =>
      driver.webview(page).locator(selector).first().selectOption({ label }),
  },
  'view-focus': {
    usage: 'SELECTOR (in the webview)',
    run: (page, selector = '') => driver.webview(page).locator(selector).first().focus(),
  },
  'view-wait': {
    usage: 'SELECTOR (in the webview)',
    run: (page, selector = '') => driver.webview(page).locator(selector).first().waitFor(),
  },
  'view-text': {
    usage: '[SELECTOR] (printed)',
    run: async (page, selector = 'body') => {
      say(await driver.webview(page).locator(selector).first().innerText());
    },
  },
  notifications: {
    usage: '(printed)',
    run: async (page) => {
      say((await driver.notifications(page)).join('\n'));
    },
  },
  shot: {
    usage: 'NAME [SELECTOR]',
    run: async (page, name = 'window', selector) => {
      const path = await driver.screenshot(
        page,
        name,
        selector === undefined ? undefined : page.locator(selector).first(),
      );
      say(path);
    },
  },
  'view-shot': {
    usage: 'NAME [SELECTOR] (of the webview)',
    run: async (page, name = 'view', selector = 'body') => {
      say(await driver.screenshot(page, name, driver.webview(page).locator(selector).first()));
    },
  },
  theme: {
    usage: 'NAME (such as Light Modern)',
    run: async (page, name = '') => {
      await driver.runCommand(page, 'Preferences: Color Theme');
      await driver.typeInBox(page, name);
      await page.locator('.quick-input-widget:visible .monaco-list-row.focused').waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    },
  },
  reload: {
    usage: '(the window)',
    run: (page) => driver.reloadWindow(page),
  },
  size: {
    usage: 'WIDTH HEIGHT',
    run: (page, width, height) => page.setViewportSize({ width: Number(width), height: Number(height) }),
  },
};

function readSteps(args: readonly string[]): Step[] {
  const words = args.filter((arg) => !arg.startsWith('--'));
  const files = words.filter((word) => word.endsWith('.json'));
  const steps = files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as Step[]);
  let step: string[] = [];
  for (const word of [...words.filter((each) => !files.includes(each)), ',']) {
    if (word !== ',') {
      step.push(word);
      continue;
    }
    const [action, ...rest] = step;
    if (action !== undefined) steps.push([action, ...rest]);
    step = [];
  }
  const unknown = steps.map(([action]) => action).find((action) => !Object.hasOwn(ACTIONS, action));
  if (unknown !== undefined) {
    const list = Object.entries(ACTIONS).map(([name, { usage }]) => `  ${name} ${usage}`);
    throw new Error(`there is no step "${unknown}"; there are\n${list.join('\n')}`);
  }
  return steps;
}

async function perform(port: number, steps: readonly Step[], reload: boolean): Promise<void> {
  const { page, close } = await driver.connect(port);
  try {
    if (reload) {
      await page.reload();
      await page.locator('.monaco-workbench').waitFor();
    }
    await page.locator('.monaco-workbench .statusbar-item').first().waitFor();
    for (const [action, ...args] of steps) {
      const began = performance.now();
      try {
        await ACTIONS[action]?.run(page, ...args);
      } catch (error) {
        const picture = await driver.screenshot(page, 'shoot-failed');
        throw new Error(`step "${[action, ...args].join(' ')}" failed, see ${picture}: ${messageOf(error)}`, {
          cause: error,
        });
      }
      say(`shoot: ${[action, ...args].join(' ')} (${Math.round(performance.now() - began)} ms)`);
    }
  } finally {
    await close();
  }
}

/** Starts VS Code and returns the port at which it can be driven. */
async function start(): Promise<{ port: number; ended: Promise<unknown>; stop: () => Promise<void> }> {
  const host = await findVSCode();
  const profile = makeProfile(process.env['NABLA_WORKSPACE'] ?? sampleWorkspace);
  const launcher = await makeLauncher(host, profile);
  const child = spawn(
    launcher.executable,
    [
      ...launcher.args,
      '--disable-workspace-trust',
      `--extensionDevelopmentPath=${process.env['NABLA_EXTENSION'] ?? root}`,
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...launcher.env },
      shell: process.platform === 'win32',
    },
  );
  onEnd(() => {
    child.kill('SIGTERM');
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ended = exited.then((code) => {
    throw new Error(`VS Code ended with code ${code ?? 'none'}`);
  });
  ended.catch(() => undefined);
  const stop = async () => {
    child.kill('SIGTERM');
    await within(10_000, 'VS Code did not end', exited);
    removeProfile(profile.folder);
  };
  const up = until(60_000, 'VS Code did not come up', async () => {
    const targets = await fetch(`http://127.0.0.1:${launcher.debuggingPort}/json/list`).catch(
      () => undefined,
    );
    return targets?.ok === true && /workbench|127\.0\.0\.1:\d+\/\?/.test(await targets.text());
  });
  await Promise.race([up, ended]);
  return { port: launcher.debuggingPort, ended, stop };
}

async function servedPort(): Promise<number | undefined> {
  if (!existsSync(PORT_FILE)) return undefined;
  const port = Number(readFileSync(PORT_FILE, 'utf8'));
  return (await isFree(port)) ? undefined : port;
}

async function main(): Promise<void> {
  const flags = new Set(process.argv.slice(2).filter((arg) => arg.startsWith('--')));
  const steps = readSteps(process.argv.slice(2));
  process.env['NABLA_ARTIFACTS'] ??= artifacts;
  mkdirSync(artifacts, { recursive: true });
  const served = flags.has('--serve') ? undefined : await servedPort();
  if (served !== undefined) {
    await perform(served, steps, flags.has('--reload'));
    return;
  }
  const { port, ended, stop } = await start();
  try {
    await perform(port, steps, false);
    if (!flags.has('--serve')) return;
    await serve(port, ended);
  } finally {
    await stop();
  }
}

async function serve(port: number, ended: Promise<unknown>): Promise<void> {
  writeFileSync(PORT_FILE, String(port));
  onEnd(() => {
    rmSync(PORT_FILE, { force: true });
  });
  say('shoot: the window stays until Ctrl+C; `npm run shoot -- STEPS` in another terminal uses it');
  await ended;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`shoot: ${messageOf(error)}\n`);
    process.exit(1);
  },
);
