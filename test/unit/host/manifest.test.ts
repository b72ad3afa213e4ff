import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json';
import { CATEGORY, COMMANDS } from '../../../src/host/commands';
import { LANGUAGES } from '../../../src/host/languages';
import { SETTINGS } from '../../../src/host/settings';

const { contributes, activationEvents } = manifest;

describe('package.json and the code', () => {
  it('have the same commands with the same titles', () => {
    const declared = contributes.commands.map(({ command, title, category }) => ({
      command,
      title,
      category,
    }));
    const handled = COMMANDS.map(({ id, title }) => ({ command: id, title, category: CATEGORY }));
    expect(declared).toEqual(handled);
  });

  it('have the same commands in the menu of the editor', () => {
    const declared = contributes.menus['editor/context'].map(({ command }) => command);
    expect(declared).toEqual(COMMANDS.filter(({ inEditorMenu }) => inEditorMenu).map(({ id }) => id));
  });

  it('have the same settings with the same defaults', () => {
    const declared = Object.entries(contributes.configuration.properties).map(([id, row]) => [
      id,
      row.default,
    ]);
    expect(Object.fromEntries(declared)).toEqual(SETTINGS);
  });

  it('start the extension for each language that is read, and for nothing else', () => {
    expect(activationEvents).toEqual(LANGUAGES.map((language) => `onLanguage:${language}`));
  });

  it('show the menu in each language that is read', () => {
    for (const { command, when } of contributes.menus['editor/context'])
      for (const language of LANGUAGES) expect(when, command).toContain(`editorLangId == ${language}`);
  });
});
