import * as vscode from 'vscode';
import { SETTINGS } from './settings';
import type { SettingId, SwitchId } from './settings';

/** The value of a setting that is on or off. */
export function isOn(id: SwitchId): boolean {
  return vscode.workspace.getConfiguration().get<boolean>(id, SETTINGS[id]);
}

/** The value of a setting as the user wrote it. */
export function setting<Id extends SettingId>(id: Id): (typeof SETTINGS)[Id] {
  return vscode.workspace.getConfiguration().get(id, SETTINGS[id]);
}
