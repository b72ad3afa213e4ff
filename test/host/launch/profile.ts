import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import settings from '../settings.json';

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

/** Writes the user's settings for both kinds of VS Code, whose folders differ. */
export function writeSettings(userData: string): void {
  const text = JSON.stringify({ 'workbench.colorTheme': colorTheme(), ...settings }, undefined, 2);
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
  const folder = mkdtempSync(join(tmpdir(), 'nabla-'));
  const profile = {
    folder,
    userData: join(folder, 'user'),
    extensions: join(folder, 'extensions'),
    workspace: join(folder, 'workspace'),
  };
  writeSettings(profile.userData);
  mkdirSync(profile.extensions);
  cpSync(workspace, profile.workspace, { recursive: true });
  return profile;
}
