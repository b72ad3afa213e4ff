import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import settings from '../settings.json';
import { isAlive, messageOf } from './processes';
import { endForgottenServer } from './web';

const PREFIX = 'nabla-host-';

const THEMES: Readonly<Record<string, string>> = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
};

/** The colour theme that NABLA_THEME names; dark without it. */
function colorTheme(): string {
  const name = process.env['NABLA_THEME'] ?? 'dark';
  const theme = THEMES[name];
  if (theme === undefined)
    throw new Error(`NABLA_THEME is "${name}"; it can be ${Object.keys(THEMES).join(', ')}`);
  return theme;
}

/** The text of the user's settings. */
export function userSettings(): string {
  return JSON.stringify({ 'workbench.colorTheme': colorTheme(), ...settings }, undefined, 2);
}

/** Writes the user's settings for both kinds of VS Code, whose folders differ. */
export function writeSettings(userData: string, text: string): void {
  for (const path of ['User/settings.json', 'data/User/settings.json']) {
    mkdirSync(dirname(join(userData, path)), { recursive: true });
    writeFileSync(join(userData, path), text);
  }
}

export interface Profile {
  /** To be removed afterwards; holds the others. */
  readonly folder: string;
  readonly userData: string;
  readonly extensions: string;
  /** A copy of the sample files, which tests may change. */
  readonly workspace: string;
}

/** Fresh user data and a fresh copy of the workspace. The path is short, as sockets are made below it. */
export function makeProfile(workspace: string): Profile {
  const settingsText = userSettings();
  removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const profile = {
    folder,
    userData: join(folder, 'user'),
    extensions: join(folder, 'extensions'),
    workspace: join(folder, 'workspace'),
  };
  writeSettings(profile.userData, settingsText);
  mkdirSync(profile.extensions);
  cpSync(workspace, profile.workspace, { recursive: true });
  return profile;
}

/** Removes the profile, and ends a server that still runs in it because its program was killed. */
export function removeProfile(folder: string): void {
  try {
    endForgottenServer(join(folder, 'user'));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  } catch (error) {
    // A browser that is just ending may still write; the next run removes what is left.
    process.stderr.write(`host: ${folder} is not removed yet: ${messageOf(error)}\n`);
  }
}

/** Removes the profiles of programs that were killed. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (!Number.isNaN(pid) && !isAlive(pid)) removeProfile(join(tmpdir(), name));
  }
}
