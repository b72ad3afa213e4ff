import * as vscode from 'vscode';
import type { CommandId } from './commands';
import type { Activities, Activity } from './activities';

/** Shows what is computed while it is; a click cancels it. */
export function registerStatusBar(activities: Activities): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('nabla.activity', vscode.StatusBarAlignment.Left);
  const cancel: CommandId = 'nabla.cancel';
  item.name = 'Nabla';
  item.command = cancel;
  const show = (activity: Activity | null) => {
    if (activity === null) {
      item.hide();
      return;
    }
    const verb = activity.kind === 'training' ? 'Training' : 'Checking';
    const percent = activity.done === null ? '' : ` ${Math.floor(100 * activity.done)} %`;
    item.text = `$(sync~spin) ∇ ${verb} ${activity.name}${percent}`;
    item.tooltip = `${activity.detail === '' ? verb : activity.detail}. Click to cancel.`;
    item.show();
  };
  show(activities.current);
  return vscode.Disposable.from(item, activities.onDidChange(show));
}
