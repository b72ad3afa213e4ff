import * as vscode from 'vscode';
import { SETTINGS } from './settings';
import type { SettingId } from './settings';

/** The value of a setting. */
export function isOn(id: SettingId): boolean {
  return vscode.workspace.getConfiguration().get<boolean>(id, SETTINGS[id]);
}
