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
    const sign = activity.paused ? '$(debug-pause)' : '$(sync~spin)';
    item.text = `${sign} ∇ ${verb} ${activity.name}${percent}`;
    const detail = activity.detail === '' ? verb : activity.detail;
    item.tooltip = `${activity.paused ? 'Paused at ' : ''}${detail}. Click to cancel.`;
    item.show();
  };
  show(activities.current);
  return vscode.Disposable.from(item, activities.onDidChange(show));
}
